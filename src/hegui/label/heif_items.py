"""The items of a picture of the HEIF family: which there are, what they describe, where their bytes stand.

Knows the boxes pitm, iinf, iloc, iref and idat in all their versions; knows no label, and reads only the items it is asked for.
Refuses what it cannot look up: items within items, in another file, or outside this one.
Rules: ISO/IEC 14496-12 8.11 (meta, pitm, iinf, iloc, iref, idat); ISO/IEC 23008-12 Annex A (Exif and XMP as items).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hegui.kernel.isobmff import Box, Walker
from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.label.bmff_locations import IN_IDAT, Location, Locations, read_locations
from hegui.label.faults import LabelError

__all__ = ["Info", "Items", "Reference", "read_items"]

_MAX_INFO = 1 << 12


class Info(NamedTuple):
    """An entry of iinf.

    Attributes:
        box: the box infe.
        item: its number.
        is_protected: whether it is encrypted.
        kind: four letters; `mime` in old versions, which have none.
        media_type: of a mime item.
        encoding: of its content, b"" for none.
    """

    box: Box
    item: int
    is_protected: bool
    kind: bytes
    media_type: bytes = b""
    encoding: bytes = b""


class Reference(NamedTuple):
    """An entry of iref."""

    box: Box
    item: int
    to: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a picture.

    Attributes:
        source: the file.
        meta: the box that holds them.
        primary: the number of the picture itself.
        iinf: the list of items.
        iloc: their locations.
        iref: their references; None where there are none.
        idat: data within meta; None where there are none.
        infos: what iinf says.
        locations: what iloc says.
        references: what iref says.
        name: of the format, for errors.
    """

    source: Source
    meta: Box
    primary: int
    iinf: Box
    iloc: Box
    iref: Box | None
    idat: Box | None
    infos: tuple[Info, ...]
    locations: Locations
    references: tuple[Reference, ...]
    name: str

    @property
    def count_width(self) -> int:
        """Bytes of the number of items in iinf."""
        return 4 if self.source.at(self.iinf.body, 1)[0] else 2

    @property
    def has_wide_references(self) -> bool:
        """Whether iref numbers items in four bytes."""
        return self.iref is not None and self.source.at(self.iref.body, 1)[0] > 0

    def describes_primary(self, item: int) -> bool:
        """Whether an item says of itself that it describes the picture, or says nothing of the kind."""
        said = [one for one in self.references if one.box.kind == b"cdsc" and one.item == item]
        return not said or any(self.primary in one.to for one in said)

    def stretches(self, location: Location) -> list[tuple[int, int]]:
        """Where in the file the pieces of an item begin and end. Raises MalformedError."""
        method = location.method & 15
        inside = self.idat if method == IN_IDAT else Box(b"", 0, 0, self.source.size)
        if inside is None or method > IN_IDAT or location.reference:
            raise MalformedError("an item stands where it cannot be looked up", self.iloc.start)
        found = []
        for extent in location.extents:
            start = inside.body + location.base + extent.offset
            if not extent.length or start + extent.length > inside.end:
                raise MalformedError("an item stands outside the file", self.iloc.start)
            found.append((start, start + extent.length))
        return found

    def content(self, item: int, most: int) -> tuple[bytes, list[tuple[int, int]]]:
        """The bytes of an item, and where they stand. Raises MalformedError; TooMuchError above `most` bytes."""
        location = self.locations.of(item)
        if location is None:
            raise MalformedError("an item stands nowhere, or twice", self.iloc.start)
        stretches = self.stretches(location)
        if sum(end - start for start, end in stretches) > most:
            raise TooMuchError("an item is too large", self.iloc.start)
        return b"".join(self.source.at(start, end - start) for start, end in stretches), stretches


def read_items(source: Source, meta: Box, name: str) -> Items:
    """The items in a box meta of the file. Raises MalformedError; LabelError (LBL034) where the box has no items."""
    walker = Walker(source, most=1 << 16)
    inside: dict[bytes, Box] = {}
    for child in walker.within(meta):
        inside.setdefault(child.kind, child)
    handler = inside.get(b"hdlr")
    is_picture = handler is not None and source.at(handler.body + 8, 4) == b"pict"
    if not is_picture or not inside.keys() >= {b"pitm", b"iinf", b"iloc"}:
        raise LabelError("LBL034", name, "its box meta has no picture that hegui knows",
                         "Convert it to HEIC or AVIF with another program, then label it.")  # fmt: skip
    pitm, iinf, iloc, iref = inside[b"pitm"], inside[b"iinf"], inside[b"iloc"], inside.get(b"iref")
    wide = source.at(pitm.body, 1)[0] > 0
    primary = int.from_bytes(source.at(pitm.body + 4, 4 if wide else 2))
    references = tuple(_references(walker, iref)) if iref is not None else ()
    infos = tuple(_infos(walker, iinf))
    locations = read_locations(source, iloc)
    return Items(source, meta, primary, iinf, iloc, iref, inside.get(b"idat"), infos, locations, references, name)


def _infos(walker: Walker, iinf: Box) -> Iterator[Info]:
    width = 4 if walker.source.at(iinf.body, 1)[0] else 2
    count = int.from_bytes(walker.source.at(iinf.body + 4, width))
    seen = 0
    for one in walker.between(iinf.body + 4 + width, iinf.end):
        seen += 1
        yield _read_info(walker.source, one)
    if seen != count:
        raise MalformedError("the box iinf has another number of entries than it says", iinf.start)


def _read_info(source: Source, one: Box) -> Info:
    data = source.at(one.body, min(one.end - one.body, _MAX_INFO))
    version, width = data[:1], 4 if data[:1] > b"\2" else 2
    if one.kind != b"infe" or len(data) < 6 + width:
        raise MalformedError("the box iinf holds something else", one.start)
    item, is_protected = int.from_bytes(data[4 : 4 + width]), any(data[4 + width : 6 + width])
    rest = data[6 + width :]
    if version < b"\2":
        _, media_type, encoding, *_ = (*rest.split(b"\0"), b"", b"", b"")
        return Info(one, item, is_protected, b"mime", media_type, encoding)
    kind, (_, media_type, encoding, *_) = rest[:4], (*rest[4:].split(b"\0"), b"", b"", b"")
    return Info(one, item, is_protected, kind, media_type if kind == b"mime" else b"", encoding)


def _references(walker: Walker, iref: Box) -> Iterator[Reference]:
    width = 4 if walker.source.at(iref.body, 1)[0] else 2
    for one in walker.between(iref.body + 4, iref.end):
        data = walker.source.at(one.body, one.end - one.body)
        count = int.from_bytes(data[width : width + 2])
        if len(data) < width * (count + 1) + 2:
            raise MalformedError("a reference of an item is cut", one.start)
        to = (int.from_bytes(data[at : at + width]) for at in range(width + 2, width * (count + 1) + 2, width))
        yield Reference(one, int.from_bytes(data[:width]), tuple(to))
