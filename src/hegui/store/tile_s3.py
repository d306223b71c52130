"""Keep a log in an S3-compatible object store, each file of it one object.

Knows paths; requests and failures are the client's (`s3`). As in a folder, partial tiles go when their full one is there.
Rules: docs/ledger-format.md §3; C2SP tlog-tiles, "Partial Tiles".
"""

from __future__ import annotations

from hegui.ledger.tiles import CHECKPOINT_PATH
from hegui.store.s3 import S3Client
from hegui.store.tile_folder import check_path

__all__ = ["TileS3"]


class TileS3:
    """A bucket, or what lies under its prefix, as `ledger.log.Tiles`."""

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def read(self, path: str) -> bytes | None:
        """The file, None where there is none."""
        return self._client.get(check_path(path))

    def write(self, path: str, data: bytes) -> None:
        """Make a file; one that is there is replaced by the same bytes."""
        self._client.put(check_path(path), data)
        if ".p/" not in path:
            for partial in self._client.list(f"{path}.p/"):
                self._client.delete(partial)

    def write_checkpoint(self, data: bytes) -> None:
        """Replace the checkpoint, for every reader at once."""
        self._client.put(CHECKPOINT_PATH, data)
