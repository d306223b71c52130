"""Walk the chunks of a PNG, and put one together.

Knows the signature, lengths, types and sums; knows the content of no chunk but that IHDR comes first and IEND last.
Works from header to header, so that picture data are passed over; a chunk that reaches past the file is a fault.
Rules: PNG specification, third edition, 5.2 and 5.3.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError

__all__ = ["SIGNATURE", "Chunk", "chunk_bytes", "chunks"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 1_000_000


class Chunk(NamedTuple):
    """One chunk.

    Attributes:
        kind: its four letters.
        at: where its length stands, which is its start.
        size: bytes of its data.
    """

    kind: bytes
    at: int
    size: int

    @property
    def data_at(self) -> int:
        """Where its data begin."""
        return self.at + 8

    @property
    def end(self) -> int:
        """The byte after its sum."""
        return self.at + 12 + self.size


def chunks(source: Source) -> Iterator[Chunk]:
    """Every chunk up to IEND. Raises MalformedError, at the start where this is no PNG."""
    if source.up_to(0, 8) != SIGNATURE:
        raise MalformedError("this is no PNG", 0)
    at = 8
    for _ in range(MAX_CHUNKS):
        head = source.at(at, 8)
        chunk = Chunk(head[4:], at, int.from_bytes(head[:4], "big"))
        if at == 8 and (chunk.kind, chunk.size) != (b"IHDR", 13):
            raise MalformedError("the first chunk is not IHDR", at)
        if not chunk.kind.isalpha():
            raise MalformedError("the type of a chunk is not four letters", at)
        if chunk.end > source.size:
            raise TruncatedError("the file ends within a chunk", at)
        yield chunk
        if chunk.kind == b"IEND":
            return
        at = chunk.end
    raise TooMuchError("there are too many chunks", at)


def chunk_bytes(kind: bytes, data: bytes) -> bytes:
    """A chunk with its length and its sum.

    >>> chunk_bytes(b"IEND", b"").hex()
    '0000000049454e44ae426082'
    """
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(data, zlib.crc32(kind)).to_bytes(4, "big")
