"""Walk the chunks of a RIFF file, and change them with all the sizes around them.

Knows RIFF, its 64-bit forms RF64 and BW64 (`ds64`), lists, odd padding and sizes left open by a live writer; knows no chunk's
meaning, and never reads what a chunk holds. Works without recursion, on headers of twelve bytes, with bounds for count and
depth: a size that passes what holds the chunk ends the walk. An edit is a splice for the chunk and one for each size around it.
Rules: Multimedia Programming Interface and Data Specifications 1.0 (RIFF); EBU Tech 3306 (RF64) and ITU-R BS.2088 (BW64).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError
from hegui.kernel.splice import Splice

__all__ = ["MOST_CHUNKS", "Chunk", "changed", "encoded", "fits", "grown", "walk"]

MOST_CHUNKS = 1 << 16
"""Chunks one walk goes over."""
MOST_DEPTH = 8
LONGEST_TABLE = 1024
"""Entries of a ds64 table that are read."""

_FORMS = {b"RIFF": False, b"RF64": True, b"BW64": True}
_OPEN = 0x7FFF_F000
"""A size from here on that passes the end of the file was left open by a writer that could not go back."""
_SET_IN_DS64 = 0xFFFF_FFFF


class Chunk(NamedTuple):
    """One chunk.

    Attributes:
        name: four bytes.
        start: offset of its header.
        size: bytes in its body, without the pad byte.
        kind: four bytes, what a form or list is ("WAVE", "INFO"); b"" for any other chunk.
        parents: the forms and lists that hold it, outermost first.
        counter: where the field stands that holds `size`.
        width: bytes of that field, 4 or 8; 0 where the size is open, and ends with the file.
        limit: where what holds it ends, or the file.
    """

    name: bytes
    start: int
    size: int
    kind: bytes
    parents: tuple[Chunk, ...]
    counter: int
    width: int
    limit: int

    @property
    def body(self) -> int:
        """Where its body begins; the kind of a list belongs to the body."""
        return self.start + 8

    @property
    def end(self) -> int:
        """Where its body ends."""
        return self.body + self.size

    @property
    def next(self) -> int:
        """Where the next chunk stands: behind the pad byte of an odd one."""
        return self.end + (self.size & 1)

    @property
    def total(self) -> int:
        """Bytes from its header to the next chunk; where the pad byte is left out at the end, to that end."""
        return min(self.next, self.limit) - self.start

    @property
    def path(self) -> tuple[bytes, ...]:
        """The kinds of what holds it."""
        return tuple(parent.kind for parent in self.parents)


@dataclass(slots=True)
class _Level:
    """A stretch of chunks that is being walked."""

    parents: tuple[Chunk, ...]
    at: int
    end: int
    wide: dict[bytes, list[tuple[int, int]]] = field(default_factory=dict)


def walk(source: Source, *, into: Collection[bytes] = (b"INFO",), most: int = MOST_CHUNKS) -> Iterator[Chunk]:
    """Every chunk in file order: the forms, what stands in them, and what stands in the lists of the kinds `into`.

    Bytes behind the last form are not walked; compare its `next` with the size of the file.
    Raises MalformedError where the first bytes are no form or a chunk is longer than what holds it, TruncatedError where it
    is longer than the file, TooMuchError.
    """
    if source.up_to(0, 4) not in _FORMS or source.size < 12:
        raise MalformedError("there is no RIFF header", 0)
    levels = [_Level((), 0, source.size)]
    count = 0
    while levels:
        level = levels[-1]
        if level.end - level.at < 8 or (len(levels) == 1 and level.at and source.at(level.at, 4) not in _FORMS):
            levels.pop()
            continue
        count += 1
        if count > most:
            raise TooMuchError("more chunks than a walk goes over", level.at)
        chunk, wide = _form(source, level) if len(levels) == 1 else (_chunk(source, level), level.wide)
        level.at = chunk.next
        yield chunk
        if chunk.kind and (len(levels) == 1 or chunk.kind in into):
            if len(levels) == MOST_DEPTH:
                raise TooMuchError("lists stand in lists, deeper than a walk goes", chunk.start)
            end = min(chunk.end, source.size)
            levels.append(_Level((*level.parents, chunk), chunk.body + 4, end, wide))


def _form(source: Source, level: _Level) -> tuple[Chunk, dict[bytes, list[tuple[int, int]]]]:
    """A form, and for the chunks with 64-bit sizes in it: name → (size, where it stands)."""
    head = source.up_to(level.at, 12)
    if head[:4] not in _FORMS or len(head) < 12:
        raise MalformedError("there is no RIFF header", level.at)
    size, counter, width = int.from_bytes(head[4:8], "little"), level.at + 4, 4
    wide: dict[bytes, list[tuple[int, int]]] = {}
    if _FORMS[head[:4]]:
        wide = _ds64(source, level.at + 12)
        if size == _SET_IN_DS64:
            size, counter = wide.pop(b"", [(0, 0)])[0]
            width = 8
    elif size == 0 or (size >= _OPEN and level.at + 8 + size > source.size):
        size, width = source.size - level.at - 8, 0
    if size < 4:
        raise MalformedError("a RIFF form is shorter than its name", level.at)
    return Chunk(head[:4], level.at, size, head[8:12], (), counter, width, source.size), wide


def _ds64(source: Source, at: int) -> dict[bytes, list[tuple[int, int]]]:
    head = source.up_to(at, 36)
    if head[:4] != b"ds64" or len(head) < 36:
        raise MalformedError("RF64 without a ds64 chunk", at)
    wide = {b"": [(_u64(head, 8), at + 8)], b"data": [(_u64(head, 16), at + 16)]}
    entries = int.from_bytes(head[32:36], "little")
    if entries > LONGEST_TABLE:
        raise TooMuchError("a ds64 table longer than is read", at + 32)
    table = source.at(at + 36, 12 * entries)
    for entry in range(0, len(table), 12):
        wide.setdefault(table[entry : entry + 4], []).append((_u64(table, entry + 4), at + 36 + entry + 4))
    return wide


def _u64(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _chunk(source: Source, level: _Level) -> Chunk:
    head = source.up_to(level.at, 12)
    name, size = head[:4], int.from_bytes(head[4:8], "little")
    counter, width = level.at + 4, 4
    if size == _SET_IN_DS64 and level.wide.get(name):
        (size, counter), width = level.wide[name].pop(0), 8
    if len(level.parents) == 1 and _is_open(name, size, level, source.size):
        size, width = source.size - level.at - 8, 0
    end = level.at + 8 + size
    if end > source.size:
        raise TruncatedError("a chunk is longer than the file", level.at)
    if end > level.end:
        raise MalformedError("a chunk is longer than what holds it", level.at)
    kind = head[8:12] if name == b"LIST" and size >= 4 else b""
    return Chunk(name, level.at, size, kind, level.parents, counter, width, level.end)


def _is_open(name: bytes, size: int, level: _Level, file_size: int) -> bool:
    """Whether a live writer left the size of the chunk as it was at the start."""
    if size >= _OPEN:
        return level.at + 8 + size > file_size
    return name == b"data" and size == 0 and not level.parents[0].width


def encoded(name: bytes, body: bytes) -> bytes:
    """A chunk with its pad byte.

    >>> encoded(b"AIGC", b"{}!")
    b'AIGC\\x03\\x00\\x00\\x00{}!\\x00'
    """
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) & 1)


def fits(holders: tuple[Chunk, ...], by: int) -> bool:
    """Whether the sizes of what holds a chunk can count `by` bytes more."""
    return all(not holder.width or 0 <= holder.size + by < 1 << (8 * holder.width) for holder in holders)


def changed(at: int, drop: int, put: bytes, holders: tuple[Chunk, ...]) -> tuple[Splice, ...]:
    """Put whole chunks in the place of `drop` bytes of chunks within `holders`, outermost first, and count them there.

    Raises:
        TooMuchError: a size cannot count so far; `fits` tells before.
    """
    return (*grown(holders, len(put) - drop), Splice(at, drop, put))


def grown(holders: tuple[Chunk, ...], by: int) -> tuple[Splice, ...]:
    """The sizes of what holds a chunk, `by` bytes more; what is left open stays open. Raises TooMuchError."""
    if not fits(holders, by):
        raise TooMuchError("a size field cannot count so far", holders[0].start)
    counted = (holder for holder in holders if holder.width and by)
    return tuple(Splice(one.counter, one.width, (one.size + by).to_bytes(one.width, "little")) for one in counted)
