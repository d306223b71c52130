"""Walk the directories (IFD) of a TIFF, a BigTIFF or an EXIF block, both byte orders.

Knows headers, directories, entries and where their values stand; knows the meaning of no tag, and reads no picture data.
Works on demand: a directory is taken into memory as it stands, its entries are looked up, values are read when asked for.
Chains that go round, counts that do not fit and places outside the file are faults, found before anything is read.
Rules: TIFF 6.0 section 2; the BigTIFF extension of 64-bit offsets.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.kernel.splice import Splice

__all__ = [
    "MAX_DIRECTORIES",
    "Entry",
    "Ifd",
    "Layout",
    "chain",
    "directory",
    "dropped",
    "entry_bytes",
    "ifd_bytes",
    "layout",
    "value",
]

MAX_DIRECTORIES = 2_000
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}


@dataclass(frozen=True, slots=True)
class Layout:
    """What the header says.

    Attributes:
        order: "<" or ">", as `struct` writes it.
        is_big: BigTIFF, with offsets of 8 bytes.
        pointer_at: where the offset of the first directory stands.
        first: the offset of the first directory, 0 without one.
    """

    order: str
    is_big: bool
    pointer_at: int
    first: int

    @property
    def endian(self) -> Literal["little", "big"]:
        """The byte order, as `int` names it."""
        return "little" if self.order == "<" else "big"

    @property
    def word(self) -> int:
        """Bytes of an offset."""
        return 8 if self.is_big else 4

    @property
    def entry_size(self) -> int:
        """Bytes of an entry."""
        return 20 if self.is_big else 12

    @property
    def count_size(self) -> int:
        """Bytes of the number of entries before them."""
        return 8 if self.is_big else 2

    def offset(self, number: int) -> bytes:
        """An offset as this file writes it. Raises OverflowError past what it can hold."""
        return number.to_bytes(self.word, self.endian)

    def number(self, data: bytes) -> int:
        """What `offset` wrote."""
        return int.from_bytes(data, self.endian)


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a directory.

    Attributes:
        tag: its number.
        type: its field type, 1-18; others have an unknown size and no value.
        count: how many values.
        at: offset of the entry itself.
        value_at: offset of its value: within the entry where it fits, else elsewhere in the file.
        size: bytes of the value; 0 for an unknown type.
    """

    tag: int
    type: int
    count: int
    at: int
    value_at: int
    size: int


@dataclass(frozen=True, slots=True)
class Ifd:
    """A directory as it stands.

    Attributes:
        at: its offset.
        raw: the bytes of its entries.
        next_at: where the offset of the next one stands.
        next: the offset of the next one, 0 for the last.
    """

    at: int
    raw: bytes
    next_at: int
    next: int
    layout: Layout

    def entries(self, tags: Collection[int]) -> Iterator[Entry]:
        """The entries with one of `tags`, in the order of the directory."""
        order, size = self.layout.order, self.layout.entry_size
        form, word = (f"{order}HHQ8s", 8) if self.layout.is_big else (f"{order}HHI4s", 4)
        at = self.at + self.layout.count_size
        for tag, kind, count, held in struct.iter_unpack(form, self.raw):
            if tag in tags:
                length = _SIZES.get(kind, 0) * count
                inline = length <= word
                yield Entry(tag, kind, count, at, at + size - word if inline else self.layout.number(held), length)
            at += size


def layout(source: Source) -> Layout:
    """The header. Raises MalformedError where it is none."""
    head = source.up_to(0, 16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        raise MalformedError("this is no TIFF header", 0)
    (version,) = struct.unpack_from(order + "H", head, 2)
    if version == 43 and len(head) == 16 and struct.unpack_from(order + "HH", head, 4) == (8, 0):
        return Layout(order, True, 8, struct.unpack_from(order + "Q", head, 8)[0])
    if version == 42:
        return Layout(order, False, 4, struct.unpack_from(order + "I", head, 4)[0])
    raise MalformedError("this is no TIFF header", 0)


def directory(source: Source, layout: Layout, at: int) -> Ifd:
    """The directory at an offset. Raises MalformedError."""
    count = layout.number(source.at(at, layout.count_size))
    start = at + layout.count_size
    if count * layout.entry_size > source.size:
        raise MalformedError("a directory has more entries than the file has room for", at)
    next_at = start + count * layout.entry_size
    raw = source.at(start, count * layout.entry_size)
    after = source.up_to(next_at, layout.word)  # EXIF blocks exist that end without it
    return Ifd(at, raw, next_at, layout.number(after) if len(after) == layout.word else 0, layout)


def chain(source: Source, layout: Layout) -> Iterator[Ifd]:
    """Every directory of the main chain. Raises MalformedError, also for a chain that goes round."""
    seen: set[int] = set()
    at = layout.first
    while at:
        if at in seen:
            raise MalformedError("the chain of directories goes round", at)
        if len(seen) >= MAX_DIRECTORIES:
            raise TooMuchError("there are too many directories", at)
        seen.add(at)
        found = directory(source, layout, at)
        yield found
        at = found.next


def value(source: Source, entry: Entry, limit: int) -> bytes:
    """The bytes of an entry's value. Raises TooMuchError past `limit`, MalformedError outside the file."""
    if entry.size > limit:
        raise TooMuchError("a value is larger than is read", entry.at)
    return source.at(entry.value_at, entry.size)


def entry_bytes(layout: Layout, tag: int, kind: int, count: int, at: int) -> bytes:
    """An entry whose value stands at offset `at`."""
    return struct.pack(layout.order + ("HHQ" if layout.is_big else "HHI"), tag, kind, count) + layout.offset(at)


def ifd_bytes(ifd: Ifd, added: bytes) -> bytes:
    """The directory with one entry more, sorted by tag as TIFF 6.0 wants it; an entry of the same tag is replaced."""
    layout, size = ifd.layout, ifd.layout.entry_size

    def tag(entry: bytes) -> int:
        return layout.number(entry[:2])

    old = [ifd.raw[at : at + size] for at in range(0, len(ifd.raw), size)]
    entries = sorted([*(entry for entry in old if tag(entry) != tag(added)), added], key=tag)
    count = len(entries).to_bytes(layout.count_size, layout.endian)
    return count + b"".join(entries) + layout.offset(ifd.next)


def dropped(source: Source, ifd: Ifd, entry: Entry) -> Splice:
    """The directory without an entry, as long as it was: the entries after it move up, zeros follow the last."""
    layout = ifd.layout
    at = entry.at - ifd.at - layout.count_size
    raw = ifd.raw[:at] + ifd.raw[at + layout.entry_size :]
    count = (len(raw) // layout.entry_size).to_bytes(layout.count_size, layout.endian)
    room = min(layout.count_size + len(ifd.raw) + layout.word, source.size - ifd.at)
    return Splice(ifd.at, room, (count + raw + layout.offset(ifd.next) + bytes(layout.entry_size))[:room])
