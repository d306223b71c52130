"""Keep a log in an S3-compatible object store, each file of it one object.

Knows paths and how two machines that write at once are kept apart; requests and failures are the client's (`s3`). As in a
folder, partial tiles go when their full one is there. Rules of this file:

1. A tile is put on the condition that nothing is there: of two writers with other entries one stops before it signs.
2. The checkpoint is replaced on the condition that it still is the one it grew from, so the published ones are one line.
3. A store that takes no notice of conditions is found out before the first write, and refused (LED126). Where the operator
   says that one machine alone writes, it is read before it is written instead.
4. A put whose answer was lost is sent again and meets its own bytes: what is there decides, not the answer.
Rules: docs/ledger-format.md §3; C2SP tlog-tiles, "Partial Tiles"; Amazon S3, conditional writes.
"""

from __future__ import annotations

import secrets
from functools import cached_property

from hegui.errors import InputError
from hegui.ledger.log import other_bytes, overtaken
from hegui.ledger.tiles import CHECKPOINT_PATH
from hegui.store.s3 import S3Client, S3Unsupported
from hegui.store.tile_folder import check_path

__all__ = ["TileS3"]

_NO_TAG = f'"{"0" * 32}"'


class TileS3:
    """A bucket, or what lies under its prefix, as `ledger.log.Tiles`.

    Args:
        conditional: whether writes are conditional; False is for one writer and a store that cannot.
    """

    def __init__(self, client: S3Client, *, conditional: bool = True) -> None:
        self._client = client
        self._conditional = conditional

    def read(self, path: str) -> bytes | None:
        """The file, None where there is none."""
        return self._client.get(check_path(path))

    def write(self, path: str, data: bytes) -> None:
        """Make a file; the same bytes may be there. Raises LedgerDamage (LED082) where others are."""
        self._make(check_path(path), data)
        if ".p/" not in path:
            for partial in self._client.list(f"{path}.p/"):
                self._client.delete(partial)

    def write_checkpoint(self, data: bytes, *, over: bytes | None) -> None:
        """Replace the checkpoint `over`, for every reader at once. Raises LogError (LED094)."""
        if not self._replace(CHECKPOINT_PATH, data, over) and self._client.get(CHECKPOINT_PATH) != data:
            raise overtaken(f"{self._client.bucket.where}/{CHECKPOINT_PATH}")

    def _make(self, path: str, data: bytes) -> None:
        if not self._takes_conditions:
            self._client.put(path, data)
        elif not self._client.create(path, data) and self._client.get(path) != data:
            raise other_bytes(path)

    def _replace(self, path: str, data: bytes, over: bytes | None) -> bool:
        if over is None and self._takes_conditions:
            return self._client.create(path, data)
        found = self._client.look(path)
        if (None if found is None else found.data) != over:
            return False
        if found is not None and self._takes_conditions:
            return self._client.exchange(path, data, found.etag)
        self._client.put(path, data)
        return True

    @cached_property
    def _takes_conditions(self) -> bool:
        """Whether to put with conditions. Raises InputError (LED126) where the store passes them over."""
        if not self._conditional:
            return False
        if not _heeds_conditions(self._client):
            problem = "the object store takes no notice of If-None-Match or If-Match when an object is put."
            remedy = (
                "Use one that does (docs/ledger.md). Where one machine alone has a sequencer: set "
                "ledger.conditional_writes to false."
            )
            raise InputError("LED126", self._client.bucket.where, problem, remedy)
        return True


def _heeds_conditions(client: S3Client) -> bool:
    """Whether a store puts only where the condition holds; tried with an object of this call's own."""
    probe = f"probe.{secrets.token_hex(8)}"
    try:
        client.create(probe, b"")  # True, or False where the answer was lost: it is there
        return not client.create(probe, b"") and not client.exchange(probe, b"", _NO_TAG)
    except S3Unsupported:
        return False
    finally:
        client.delete(probe)
