"""Walk the blocks of a GIF: extensions, images, the trailer.

Knows the header, the palettes, sub-blocks and where a block ends; knows no pixel and the content of no extension.
Works from length byte to length byte, so that picture data are passed over; blocks and sub-blocks are counted.
Rules: GIF89a specification, sections 15 to 27.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError

__all__ = ["APPLICATION", "COMMENT", "IMAGE", "TRAILER", "Block", "blocks", "sub_blocks", "unblocked"]

IMAGE, TRAILER, APPLICATION, COMMENT = 0x2C, 0x3B, 0xFF, 0xFE
MAX_BLOCKS = 1_000_000
MAX_SUB_BLOCKS = 4_000_000
_EXTENSION = 0x21


class Block(NamedTuple):
    """One block.

    Attributes:
        kind: IMAGE, TRAILER, or the label of an extension.
        at: where it begins.
        data_at: where its sub-blocks begin.
        end: the byte after it.
    """

    kind: int
    at: int
    data_at: int
    end: int


def blocks(source: Source) -> Iterator[Block]:
    """Every block after the global palette, up to and with the trailer. Raises MalformedError."""
    head = source.up_to(0, 13)
    if head[:6] not in (b"GIF87a", b"GIF89a") or len(head) < 13:
        raise MalformedError("this is no GIF", 0)
    at = 13 + _palette(head[10])
    left = MAX_SUB_BLOCKS
    for _ in range(MAX_BLOCKS):
        kind = source.at(at, 1)[0]
        data_at = at + 2
        if kind == TRAILER:
            yield Block(TRAILER, at, at + 1, at + 1)
            return
        if kind == _EXTENSION:
            kind = source.at(at + 1, 1)[0]
        elif kind == IMAGE:
            data_at = at + 11 + _palette(source.at(at + 9, 1)[0])
        else:
            raise MalformedError("a block is of no known kind", at)
        end, left = _end(source, data_at, left)
        yield Block(kind, at, data_at, end)
        at = end
    raise TooMuchError("there are too many blocks", at)


def _palette(flags: int) -> int:
    """Bytes of the palette that a flag byte announces."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _end(source: Source, at: int, left: int) -> tuple[int, int]:
    """The byte after the last sub-block, and how many more may be walked."""
    while size := source.at(at, 1)[0]:
        at += 1 + size
        left -= 1
        if left < 0:
            raise TooMuchError("there are too many sub-blocks", at)
    return at + 1, left


def unblocked(data: bytes) -> bytes:
    """The content of sub-blocks.

    >>> unblocked(sub_blocks(b"abc"))
    b'abc'
    """
    at, parts = 0, []
    while at < len(data) and data[at]:
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(parts)


def sub_blocks(data: bytes) -> bytes:
    """`data` as sub-blocks, with the empty one at the end."""
    pieces = (data[at : at + 255] for at in range(0, len(data), 255))
    return b"".join(bytes((len(piece),)) + piece for piece in pieces) + b"\0"
