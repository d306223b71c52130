"""Where the items of a meta box stand in the file: the box iloc, read, moved and written back.

Knows its three versions and the widths it chooses for its numbers; knows not what an item is. A box that is read and written
back is the same, byte for byte, so that only what moved differs; a number that no longer fits is refused.
Rules: ISO/IEC 14496-12 8.11.3.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from hegui.kernel.isobmff import Box
from hegui.kernel.source import MalformedError, Source, TooMuchError

__all__ = ["IN_FILE", "IN_IDAT", "Extent", "Location", "Locations", "TooNarrowError", "read_locations"]

IN_FILE, IN_IDAT = 0, 1
"""Construction methods: offsets count from the start of the file, or of the box idat; 2 counts within another item."""
MAX_BYTES = 1 << 20


class TooNarrowError(Exception):
    """An offset does not fit the width its table has."""


class Extent(NamedTuple):
    """A piece of an item: which reference method 2 takes, its offset beyond the base, and its length."""

    referred: int
    offset: int
    length: int


class Location(NamedTuple):
    """Where one item stands.

    Attributes:
        item: its number.
        method: the 16 bits that end in the construction method.
        reference: 0 for this file.
        base: what is added to the offset of each extent.
        extents: its pieces in order.
    """

    item: int
    method: int
    reference: int
    base: int
    extents: tuple[Extent, ...]

    def moved(self, to: Callable[[int], int], method: int = IN_FILE) -> Location:
        """The location after what its method counts in has moved; the base moves where all its extents move alike."""
        if self.method & 15 != method or self.reference or not self.extents:
            return self
        new = [to(self.base + extent.offset) for extent in self.extents]
        steps = {place - self.base - extent.offset for place, extent in zip(new, self.extents, strict=True)}
        if steps == {0}:
            return self
        if self.base and len(steps) == 1:
            return self._replace(base=self.base + steps.pop())
        offsets = zip(self.extents, new, strict=True)
        return self._replace(extents=tuple(extent._replace(offset=at - self.base) for extent, at in offsets))


class Locations(NamedTuple):
    """The box iloc.

    Attributes:
        head: version and flags.
        widths: bytes of an offset, a length, a base and an index: 0, 4 or 8 each.
        spare: the four bits beside the widths that version 0 leaves free.
        items: in the order of the box.
        rest: what follows the last item.
    """

    head: bytes
    widths: tuple[int, int, int, int]
    spare: int
    items: tuple[Location, ...]
    rest: bytes = b""

    @property
    def version(self) -> int:
        """0, 1 or 2."""
        return self.head[0]

    def of(self, item: int) -> Location | None:
        """Where an item stands; None where the box does not say, and where it says so twice."""
        found = [location for location in self.items if location.item == item]
        return found[0] if len(found) == 1 else None

    def moved(self, to: Callable[[int], int]) -> Locations:
        """All locations after the bytes of the file have moved."""
        return self._replace(items=tuple(location.moved(to) for location in self.items))

    def body(self) -> bytes:
        """What stands in the box. Raises TooNarrowError."""
        offset, length, base, _ = self.widths
        count = _number(len(self.items), 4 if self.version == 2 else 2)
        sizes = bytes((offset << 4 | length, base << 4 | self.spare))
        return b"".join((self.head, sizes, count, *map(self.entry, self.items), self.rest))

    def entry(self, location: Location) -> bytes:
        """The bytes of one item. Raises TooNarrowError."""
        offset, length, base, index = self.widths
        method = _number(location.method, 2) if self.version else b""
        parts = [_number(location.item, 4 if self.version == 2 else 2), method]
        parts += [_number(location.reference, 2), _number(location.base, base), _number(len(location.extents), 2)]
        for extent in location.extents:
            parts += [_number(extent.referred, index), _number(extent.offset, offset), _number(extent.length, length)]
        return b"".join(parts)


def read_locations(source: Source, box: Box) -> Locations:
    """What the box iloc says. Raises MalformedError."""
    if box.end - box.body > MAX_BYTES:
        raise TooMuchError("the box iloc is too large", box.start)
    data = source.at(box.body, box.end - box.body)
    try:
        return _parsed(data)
    except (struct.error, IndexError, ValueError):
        raise MalformedError("the box iloc is cut, or not what it says", box.start) from None


def _parsed(data: bytes) -> Locations:
    version, first, second = data[0], data[4], data[5]
    widths = (first >> 4, first & 15, second >> 4, second & 15 if version else 0)
    if version > 2 or any(width not in (0, 4, 8) for width in widths):
        raise ValueError
    cursor = _Cursor(data, 6)
    count = cursor.number(4 if version == 2 else 2)
    items = tuple(_item(cursor, version, widths) for _ in range(count))
    return Locations(data[:4], widths, second & 15, items, data[cursor.at :])


def _item(cursor: _Cursor, version: int, widths: tuple[int, int, int, int]) -> Location:
    offset, length, base, index = widths
    number = cursor.number(4 if version == 2 else 2)
    method = cursor.number(2) if version else 0
    reference, start, count = cursor.number(2), cursor.number(base), cursor.number(2)
    if count > 1 and not offset + length + index:
        raise ValueError
    extents = (Extent(cursor.number(index), cursor.number(offset), cursor.number(length)) for _ in range(count))
    return Location(number, method, reference, start, tuple(extents))


class _Cursor:
    """Numbers one after the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def number(self, width: int) -> int:
        if self.at + width > len(self.data):
            raise ValueError
        self.at += width
        return int.from_bytes(self.data[self.at - width : self.at])


def _number(value: int, width: int) -> bytes:
    try:
        return value.to_bytes(width)
    except OverflowError:
        raise TooNarrowError from None
