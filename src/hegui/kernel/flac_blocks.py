"""Walk the metadata blocks of a FLAC stream.

Knows the four bytes before each block; knows nothing of what stands in them, and no sound. Passes over their bodies, so that
a picture costs nothing; says where the walk stopped when the file ends before its last block does.
Rules: RFC 9639, 6 and 8.1 (STREAMINFO first, the last block flagged, 24 bits of size); the bound is ours.
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError

__all__ = ["APPLICATION", "HEAD", "MAX_SIZE", "PADDING", "STREAMINFO", "VORBIS_COMMENT", "Block", "head", "walk"]

HEAD = 4
MAX_SIZE = (1 << 24) - 1
MAX_BLOCKS = 16_384
STREAMINFO, PADDING, APPLICATION, VORBIS_COMMENT = 0, 1, 2, 4


class Block(NamedTuple):
    """One block: its kind, the offset of its header, the bytes of its body, and whether it is the last."""

    kind: int
    at: int
    size: int
    is_last: bool

    @property
    def body(self) -> int:
        """Where its body begins."""
        return self.at + HEAD

    @property
    def end(self) -> int:
        """Where the next block, or the sound, begins."""
        return self.body + self.size


def walk(source: Source, start: int) -> tuple[tuple[Block, ...], bool]:
    """The blocks of the stream that begins at `start` with fLaC, and whether the file ends among them."""
    if source.at(start, 4) != b"fLaC":
        raise MalformedError("this is no FLAC stream", start)
    blocks, at = list[Block](), start + 4
    while not blocks or not blocks[-1].is_last:
        raw = source.up_to(at, HEAD)
        if len(raw) < HEAD:
            return tuple(blocks), True
        block = Block(raw[0] & 0x7F, at, int.from_bytes(raw[1:], "big"), bool(raw[0] & 0x80))
        if block.kind == 127 or (not blocks) != (block.kind == STREAMINFO):
            raise MalformedError("a metadata block is of no kind that may stand there", at)
        if block.end > source.size:
            return tuple(blocks), True
        if len(blocks) == MAX_BLOCKS:
            raise TooMuchError("there are more metadata blocks than are read", at)
        blocks.append(block)
        at = block.end
    return tuple(blocks), False


def head(kind: int, size: int, *, is_last: bool) -> bytes:
    """The header of a block.

    >>> head(PADDING, 300, is_last=True).hex()
    '8100012c'
    """
    return bytes((kind | (0x80 if is_last else 0),)) + size.to_bytes(3, "big")
