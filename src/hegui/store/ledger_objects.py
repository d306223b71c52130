"""The ledger's public files in an S3-compatible object store: tiles and what stands beside them.

Knows the few files that may change; the tiles and the checkpoint are `tile_s3`'s.
Rules: docs/ledger-format.md §3 and §6.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from hegui.ledger.tiles import CHECKPOINT_PATH
from hegui.store.tile_folder import check_path
from hegui.store.tile_s3 import TileS3

__all__ = ["LedgerObjects"]


class LedgerObjects(TileS3):
    """A bucket, or what lies under its prefix, as `usecases.ledger_ports.LedgerFiles`; it may be served as it is."""

    def create(self, path: str, data: bytes) -> bytes:
        """Make a file where there is none; what is there afterwards, whoever made it."""
        if self._replace(check_path(path), data, None):
            return data
        return self._client.get(path) or data

    def replace(self, path: str, data: bytes) -> None:
        """Make or replace a file, for every reader at once."""
        self._client.put(check_path(path), data)

    def published(self) -> tuple[bytes, datetime | None] | None:
        """The checkpoint, and when it was written, by the store's clock; None where there is none."""
        found = self._client.look(CHECKPOINT_PATH)
        return None if found is None else (found.data, found.at)

    def open(self, path: str) -> BinaryIO | None:
        """The file, in memory: at most a bundle, 17 MB; None where there is none. Raises InputError (LED096)."""
        data = self.read(path)
        return None if data is None else BytesIO(data)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._client.close()
