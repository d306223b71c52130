"""Find what taggers hang behind the sound: ID3v1, Lyrics3, APEv2, an ID3v2 tag with its footer.

Knows their ends and sizes, and the items of APEv2; knows no label, and changes nothing. Walks from the end of the file towards
its front, one block after the other, until none is there.
Rules: ID3v1 (128 bytes from "TAG"), Lyrics3v2 (six digits and "LYRICS200"), the APE tags specification (version 2),
ID3v2.4.0-structure 3.4 (footer); the bounds are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hegui.kernel.id3 import size_of_foot
from hegui.kernel.source import Source

__all__ = ["MAX_APE", "Ape", "Item", "Tail", "find"]

MAX_APE = 16 << 20
"""Bytes of an APEv2 tag that is read."""
MAX_ITEMS = 16_384
MAX_BLOCKS = 16


class Item(NamedTuple):
    """One item of an APEv2 tag, with its place in the file; binary ones are not given."""

    key: str
    text: str
    at: int
    size: int


@dataclass(frozen=True, slots=True)
class Ape:
    """An APEv2 tag; `problem` says why its items are not all there."""

    at: int
    end: int
    items: tuple[Item, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands behind the sound.

    Attributes:
        start: where the first of the blocks begins; the size of the file where there is none.
        apes: APEv2 tags.
        id3: offsets of ID3v2 tags.
    """

    start: int
    apes: tuple[Ape, ...] = ()
    id3: tuple[int, ...] = ()


def find(source: Source) -> Tail:
    """The blocks at the end of the file."""
    end, apes, id3 = source.size, list[Ape](), list[int]()
    for _ in range(MAX_BLOCKS):
        foot = source.up_to(max(0, end - 32), 32 if end >= 32 else max(end, 0))
        size = size_of_foot(foot[-10:])
        if end >= 128 and source.at(end - 128, 3) == b"TAG":
            end -= 128
        elif foot[:8] == b"APETAGEX" and len(foot) == 32:
            apes.append(_ape(source, end, foot))
            end = apes[-1].at
        elif foot.endswith((b"LYRICS200", b"LYRICSEND")) and (start := _lyrics(source, end, foot)) is not None:
            end = start
        elif size is not None and size <= end and source.at(end - size, 3) == b"ID3":
            end -= size
            id3.append(end)
        else:
            break
    return Tail(end, tuple(reversed(apes)), tuple(reversed(id3)))


def _lyrics(source: Source, end: int, foot: bytes) -> int | None:
    """Where Lyrics3 begins: version 2 says its size, version 1 is 5,100 bytes at the most."""
    if foot.endswith(b"LYRICS200"):
        digits = foot[-15:-9]
        start = end - 15 - int(digits) if digits.isdigit() else -1
        return start if start >= 0 and source.at(start, 11) == b"LYRICSBEGIN" else None
    begin = max(0, end - 5100 - 9)
    at = source.at(begin, end - begin).find(b"LYRICSBEGIN")
    return None if at == -1 else begin + at


def _ape(source: Source, end: int, foot: bytes) -> Ape:
    size, count, flags = (int.from_bytes(foot[at : at + 4], "little") for at in (12, 16, 20))
    start = end - size
    if size < 32 or start < 0:
        return Ape(end - 32, end, problem="malformed")
    at = start - 32 if flags & 0x8000_0000 and start >= 32 else start
    if size > MAX_APE or count > MAX_ITEMS:
        return Ape(at, end, problem="too large")
    items, problem = _items(source.at(start, size - 32), start, count)
    return Ape(at, end, items, problem)


def _items(data: bytes, start: int, count: int) -> tuple[tuple[Item, ...], str]:
    items, at = list[Item](), 0
    for _ in range(count):
        size, flags = int.from_bytes(data[at : at + 4], "little"), int.from_bytes(data[at + 4 : at + 8], "little")
        name_end = data.find(b"\0", at + 8, at + 8 + 256)
        if name_end == -1 or name_end + 1 + size > len(data):
            return tuple(items), "malformed"
        value, after = data[name_end + 1 : name_end + 1 + size], name_end + 1 + size
        if not flags & 6:
            key = data[at + 8 : name_end].decode("latin-1")
            items.append(Item(key, value.decode("utf-8", "replace"), start + at, after - at))
        at = after
    return tuple(items), ""
