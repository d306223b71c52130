"""The pages of a TIFF: where their segments lie, and how to exchange one.

Knows directories, strips and tiles of TIFF and BigTIFF; knows no colours. What is exchanged goes to the end of the file, and the
directory is pointed there; everything else stays where it is, since other directories may point at it.
Rules: TIFF 6.0; BigTIFF (Aware Systems, 2004).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hegui.label.explicit.faults import cannot_decode, too_large
from hegui.label.explicit.mark import Box

__all__ = ["Page", "Segment", "Tiff"]

_MOST_PAGES, _MOST_TAGS = 2_000, 4_096
_SIZES = {1: ("B", 1), 3: ("H", 2), 4: ("I", 4), 13: ("I", 4), 16: ("Q", 8)}


class Entry(NamedTuple):
    """One entry of a directory: where it stands, and where its values are."""

    at: int
    kind: int
    total: int
    values: int


class Segment(NamedTuple):
    """A strip or tile: its number, its rows on the page (tiles may reach beyond), and its bytes."""

    number: int
    box: Box
    at: int
    size: int


@dataclass(slots=True)
class Page:
    """One directory."""

    entries: dict[int, Entry]
    file: Tiff

    def numbers(self, tag: int, default: Sequence[int] = ()) -> tuple[int, ...]:
        """The values of a tag."""
        entry = self.entries.get(tag)
        return self.file.values(entry) if entry else tuple(default)

    def number(self, tag: int, default: int) -> int:
        """The first value of a tag."""
        return next(iter(self.numbers(tag)), default)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.number(256, 0), self.number(257, 0)

    def segments(self) -> Iterator[Segment]:
        """Its strips or tiles; of separate planes those of the first. Raises LabelError (LBL105)."""
        width, height = self.size
        is_tiled = 322 in self.entries
        across = self.number(322, 0) if is_tiled else width
        down = self.number(323, 0) if is_tiled else min(self.number(278, height), height)
        places, sizes = self.numbers(324 if is_tiled else 273), self.numbers(325 if is_tiled else 279)
        if across < 1 or down < 1 or len(places) != len(sizes):
            raise cannot_decode(self.file.where, "its strips have no place")
        columns = -(-width // across)
        for number, (at, size) in enumerate(zip(places, sizes, strict=True)):
            left, top = number % columns * across, number // columns * down
            if top >= height:
                return
            rows = down if is_tiled else min(down, height - top)
            yield Segment(number, Box(left, top, across, rows), at, size)

    def exchange(self, segment: Segment, data: bytes) -> None:
        """Put a segment's new bytes at the end of the file."""
        is_tiled = 322 in self.entries
        place = self.file.append(data)
        self._set(324 if is_tiled else 273, segment.number, place)
        self._set(325 if is_tiled else 279, segment.number, len(data))

    def _set(self, tag: int, number: int, value: int) -> None:
        entry = self.entries[tag]
        form, size = _SIZES[entry.kind]
        if value >> 8 * size:
            values = list(self.file.values(entry))
            values[number] = value
            entry = self.entries[tag] = self.file.replace_values(entry, values)
            return
        struct.pack_into(self.file.order + form, self.file.data, entry.values + size * number, value)


class Tiff:
    """A TIFF that is being changed.

    Attributes:
        data: its bytes so far.
        where: its name, for messages.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self.data, self.where = bytearray(data), where
        self.order = "<" if data[:2] == b"II" else ">"
        self.is_big = data[2:4] in (b"+\x00", b"\x00+")

    def unpack(self, form: str, at: int) -> tuple[int, ...]:
        """Numbers at a place. Raises LabelError (LBL105) where the file ends first."""
        try:
            return struct.unpack_from(self.order + form, self.data, at)
        except (struct.error, OverflowError) as error:
            raise cannot_decode(self.where, "it ends early") from error

    def pages(self) -> list[Page]:
        """The directories in their order."""
        at = self.unpack("Q", 8)[0] if self.is_big else self.unpack("I", 4)[0]
        found: list[Page] = []
        seen: set[int] = set()
        while at:
            if at in seen or len(found) >= _MOST_PAGES:
                raise too_large(self.where, "too many pages")
            seen.add(at)
            page, at = self._page(at)
            found.append(page)
        return found

    def _page(self, at: int) -> tuple[Page, int]:
        count_form, head, form, size = ("Q", 8, "HHQQ", 20) if self.is_big else ("H", 2, "HHII", 12)
        count = self.unpack(count_form, at)[0]
        if count > _MOST_TAGS:
            raise too_large(self.where, "too many tags")
        entries = {}
        for row in range(count):
            place = at + head + row * size
            tag, kind, number, value = self.unpack(form, place)
            room = 8 if self.is_big else 4
            inline = place + size - room
            width = _SIZES.get(kind, ("", 0))[1]
            if width:
                entries[tag] = Entry(place, kind, number, inline if number * width <= room else value)
        behind = at + head + count * size
        return Page(entries, self), self.unpack("Q" if self.is_big else "I", behind)[0]

    def values(self, entry: Entry) -> tuple[int, ...]:
        """All values of an entry, which must lie within the file."""
        form, size = _SIZES[entry.kind]
        if entry.total * size > len(self.data):
            raise cannot_decode(self.where, "it ends early")
        return self.unpack(f"{entry.total}{form}", entry.values)

    def append(self, data: bytes) -> int:
        """Put bytes at the end, at an even place; the place."""
        if len(self.data) & 1:
            self.data += b"\x00"
        at = len(self.data)
        if not self.is_big and at + len(data) >> 32:
            raise too_large(self.where, "more than 4 GB")
        self.data += data
        return at

    def replace_values(self, entry: Entry, values: Sequence[int]) -> Entry:
        """Give an entry wider numbers, at the end of the file."""
        kind, form = (16, "Q") if self.is_big else (4, "I")
        data = struct.pack(f"{self.order}{len(values)}{form}", *values)
        inline = entry.at + (12 if self.is_big else 8)
        place = inline if len(data) <= (8 if self.is_big else 4) else self.append(data)
        struct.pack_into(self.order + "H", self.data, entry.at + 2, kind)
        if place == inline:
            self.data[inline : inline + len(data)] = data
        else:
            struct.pack_into(self.order + form, self.data, inline, place)
        return Entry(entry.at, kind, entry.total, place)
