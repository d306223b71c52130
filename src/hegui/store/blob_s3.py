"""Keep blobs in an S3-compatible object store, under `<prefix>group/name`.

Knows names; requests and failures are the client's (`s3`). An object store with versions on keeps what was deleted: turn
them off, or let old versions expire; what is kept there stays sealed.
"""

from __future__ import annotations

from collections.abc import Iterator

from hegui.store.s3 import S3Client
from hegui.vault.blobs import check_group, check_name, check_size, is_name

__all__ = ["S3Blobs"]


class S3Blobs:
    """Implements `vault_ports.BlobStore`. Beyond it: VLT017 and VLT018 where credentials or bucket have to be mended."""

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def put(self, name: str, data: bytes) -> None:
        check_size(check_name(name), data)
        self._client.put(name, data)

    def get(self, name: str) -> bytes | None:
        return self._client.get(check_name(name))

    def has(self, name: str) -> bool:
        return (
            next(self._client.list(check_name(name)), None) == name
        )  # the shortest of those that begin so comes first

    def delete(self, name: str) -> None:
        self._client.delete(check_name(name))

    def list(self, group: str | None = None) -> Iterator[str]:
        prefix = "" if group is None else f"{check_group(group)}/"
        return filter(is_name, self._client.list(prefix))  # the ledger may lie in the same bucket
