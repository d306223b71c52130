"""What the tests of evidence share: a log in a folder, and whether everything recorded has arrived there, once."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, Row, literal, select

from hegui.ledger.entry import Entry
from hegui.ledger.log import TileLog
from hegui.store import Store, TileFolder
from hegui.store.evidence_loop import EvidenceLoop
from hegui.store.tables import ledger_entries, ledger_waiting
from hegui.usecases.exchange_entry import record_of
from hegui.usecases.ports import Exchange
from tests.ledger.logs import LOG
from tests.store.samples import written
from tests.support.patience import PATIENCE_SECONDS

VERIFIER = Path(__file__).parents[2] / "verifier" / "hegui_verify.py"


def open_log(folder: Path, tiles: TileFolder | None = None) -> TileLog:
    """The log in a folder, begun where there is none."""
    tiles = tiles or TileFolder(folder, durable=False)
    log = TileLog(tiles, LOG)
    if tiles.read("checkpoint") is None:
        log.create()
    return log


class OpenFolder:
    """Implements `sequencer.OpenLedger`."""

    def __init__(self, log: TileLog) -> None:
        self.log = log

    @property
    def size(self) -> int:
        return self.log.published().checkpoint.size

    def entry(self, index: int) -> bytes:
        return self.log.tree().entry(index)

    def append(self, entries: Sequence[bytes], *, at: int) -> int:
        return self.log.publish(self.log.grow(entries, at=at)).checkpoint.size


class FolderLedger:
    """Implements `sequencer.Ledger` over a folder, with a lock beside it that need not be heeded."""

    def __init__(self, folder: Path, tiles: TileFolder | None = None, *, is_locked: bool = True) -> None:
        self.folder, self.tiles, self.is_locked = folder, tiles, is_locked

    @contextmanager
    def writing(self) -> Iterator[OpenFolder | None]:
        lock = self.folder.with_suffix(".lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self.is_locked:
                    yield None
                    return
            yield OpenFolder(open_log(self.folder, self.tiles))


def an_evidence_loop(store: Store, state: Path, **more: Any) -> EvidenceLoop:
    """What moves records from `state/spool` into the store and into `state/ledger`."""
    more = {"publish_seconds": 0.01, **more}
    return store.open_evidence(state / "spool", FolderLedger(state / "ledger"), **more)


def rows(store: Store) -> list[Row[Any]]:
    """What the ledger holds, and what waits for it, by place; without an entry where the ledger has its bytes."""
    columns = ("leaf_index", "subject", "salt")
    held = select(*[ledger_entries.c[name] for name in columns], literal(None, LargeBinary).label("entry"))
    waiting = select(*[ledger_waiting.c[name] for name in (*columns, "entry")])
    with store.database.reading() as connection:
        found = list(connection.execute(held.union_all(waiting)))
    return sorted(found, key=lambda row: (row.leaf_index is None, row.leaf_index or 0))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def logged(folder: Path) -> list[str]:
    """The subjects of all entries of the published log, in their order."""
    tree = open_log(folder).tree()
    return [Entry.decode(tree.entry(index)).subject for index in range(tree.size)]


def assert_verified(folder: Path) -> None:
    command = [sys.executable, "-I", str(VERIFIER), "verify-log", "--key", str(LOG.verifier), str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def assert_complete(store: Store, folder: Path, exchanges: Sequence[Exchange]) -> None:
    """Each exchange has one entry, at the place the database says; the log verifies and nothing waits."""
    ids = [exchange.id for exchange in exchanges]
    found = rows(store)
    assert sorted(row.subject for row in found) == sorted(ids)
    assert sorted(row.leaf_index for row in found) == list(range(len(ids)))
    by_place = sorted(found, key=lambda row: int(row.leaf_index))
    assert logged(folder) == [row.subject for row in by_place]
    assert {row.entry for row in found} <= {None}
    tree = open_log(folder).tree()
    by_id = {exchange.id: exchange for exchange in written(store)}
    for row in by_place[:5]:
        (commitment,) = Entry.decode(tree.entry(row.leaf_index)).payloads
        assert commitment.holds_for(record_of(by_id[row.subject]), bytes(row.salt))
    assert_verified(folder)
