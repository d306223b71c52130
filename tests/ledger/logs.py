"""What the tests of the ledger share: keys, entries, a folder in memory that can die between two writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hegui.ledger.entry import Entry, InForce
from hegui.ledger.keys import KeyKind, SignerKey
from hegui.ledger.log import TileLog

LOG = SignerKey("log.example/hegui", KeyKind.LOG, b"\x01" * 32)
OTHER_LOG = SignerKey("log.example/hegui", KeyKind.LOG, b"\x03" * 32)
WITNESS = SignerKey("witness.example/w1", KeyKind.WITNESS, b"\x02" * 32)
SECOND_WITNESS = SignerKey("witness.example/w2", KeyKind.WITNESS, b"\x04" * 32)
START = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
NOW = 1_768_465_800


def entry(number: int) -> bytes:
    """An entry of about 180 bytes; number and bytes determine each other."""
    at = START + timedelta(seconds=number)
    return Entry("exchange.recorded", f"ex_{number:04d}", "app_demo", at, under=InForce(policy="default@1")).encode()


ENTRIES = [entry(number) for number in range(1200)]


class Death(Exception):
    """The machine lost its power."""


class MemoryTiles:
    """A folder in memory; after `writes_left` further writes it dies."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.order: list[str] = []
        self.writes_left: int | None = None

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def write(self, path: str, data: bytes) -> None:
        assert self.files.get(path, data) == data, "a tile changed"
        self._put(path, data)

    def write_checkpoint(self, data: bytes, *, over: bytes | None) -> None:
        assert self.files.get("checkpoint") == over, "another was published meanwhile"
        self._put("checkpoint", data)

    def _put(self, path: str, data: bytes) -> None:
        if self.writes_left is not None:
            if not self.writes_left:
                raise Death
            self.writes_left -= 1
        self.files[path] = data
        self.order.append(path)


def new_log(entries: list[bytes] | None = None, signer: SignerKey = LOG) -> tuple[TileLog, MemoryTiles]:
    """A log in memory with these entries, published."""
    tiles = MemoryTiles()
    log = TileLog(tiles, signer)
    log.create()
    log.append(entries or [])
    return log, tiles
