"""Change, add or take out an item of a picture of the HEIF family.

Knows which boxes an item stands in; knows no label. An item is changed where it stands; a new one is hidden, describes the
picture, and has its content in a box mdat of its own after meta. Every location that moves is mended with it.
Rules: ISO/IEC 14496-12 8.11.3 (iloc), 8.11.6 (iinf), 8.11.12 (iref); ISO/IEC 23008-12 6.4.4 (cdsc) and Annex A.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hegui.kernel.isobmff import Box, Walker, box
from hegui.kernel.source import MalformedError
from hegui.kernel.splice import Splice
from hegui.label.bmff_locations import IN_IDAT, Extent, Location, Locations, TooNarrowError
from hegui.label.bmff_offsets import mended, too_narrow
from hegui.label.bmff_shift import Edit, Shift
from hegui.label.faults import cannot_edit
from hegui.label.heif_items import Info, Items

__all__ = ["added", "changed", "taken_out"]


def changed(items: Items, item: int, new: bytes) -> tuple[Splice, ...]:
    """Another content for an item, where the old one stands. Raises LabelError, MalformedError."""
    start, end, around = _alone(items, item)
    to = [_with_length(one, len(new)) if one.item == item else one for one in items.locations.items]
    return _mended(items, [Edit(start, end - start, new, around)], lambda shift: _moved(items, to, shift))


def taken_out(items: Items, info: Info) -> tuple[Splice, ...]:
    """The picture without an item: its entries, its references, and its content with the box made for it."""
    start, end, around = _alone(items, info.item)
    holder = around[-1]
    if holder.kind == b"mdat" and (holder.body, holder.end) == (start, end):
        start, around = holder.start, around[:-1]
    edits = [
        Edit(start, end - start, b"", around),
        Edit(info.box.start, info.box.size, b"", (items.meta, items.iinf)),
        _counted(items, len(items.infos) - 1),
        *_unreferred(items, info.item),
    ]
    kept = [one for one in items.locations.items if one.item != info.item]
    return _mended(items, edits, lambda shift: _moved(items, kept, shift))


def added(items: Items, media_type: bytes, content: bytes) -> tuple[Splice, ...]:
    """One more mime item. Raises LabelError (LBL030), MalformedError."""
    offset, length, base, _ = items.locations.widths
    if not length or not (offset or base) or items.meta.is_open:
        raise too_narrow(items.name)
    item = _next_item(items)
    edits = [
        _counted(items, len(items.infos) + 1),
        Edit(_end(items, items.iinf, 4 + items.count_width), 0, _info(item, media_type), (items.meta, items.iinf)),
        _referred(items, item),
        Edit(items.meta.end, 0, box(b"mdat", content)),
    ]

    def located(shift: Shift) -> Locations:
        at = shift.of(items.meta.end) - len(content)
        new = Location(item, 0, 0, at if base else 0, (Extent(0, 0 if base else at, len(content)),))
        moved = _moved(items, items.locations.items, shift)
        return moved._replace(items=(*moved.items, new))

    return _mended(items, edits, located)


def _alone(items: Items, item: int) -> tuple[int, int, tuple[Box, ...]]:
    """Where an item stands in one piece that no other shares, and the boxes around it."""
    location = items.locations.of(item)
    stretches = items.stretches(location) if location is not None else []
    if len(stretches) != 1:
        raise cannot_edit(items.name, "an item in several pieces")
    start, end = stretches[0]
    for other in items.locations.items:
        if other.item != item and any(low < end and start < high for low, high in _known(items, other)):
            raise cannot_edit(items.name, "an item that shares its bytes with another")
    if items.idat is not None and items.idat.body <= start and end <= items.idat.end:
        return start, end, (items.meta, items.idat)
    for top in Walker(items.source).tops():
        if top.kind == b"mdat" and top.body <= start and end <= top.end:
            return start, end, (top,)
    raise cannot_edit(items.name, "an item outside the box mdat")


def _known(items: Items, location: Location) -> Iterator[tuple[int, int]]:
    """The pieces of an item as far as they can be looked up."""
    try:
        yield from items.stretches(location)
    except MalformedError:
        return


def _with_length(location: Location, length: int) -> Location:
    return location._replace(extents=(location.extents[0]._replace(length=length),))


def _moved(items: Items, locations: Iterable[Location], shift: Shift) -> Locations:
    """Locations after a shift, those in idat too."""
    start = items.idat.body if items.idat is not None else 0

    def in_idat(offset: int) -> int:
        return shift.of(start + offset) - shift.of(start)

    moved = (one.moved(in_idat, IN_IDAT) if one.method & 15 == IN_IDAT else one.moved(shift.of) for one in locations)
    return items.locations._replace(items=tuple(moved))


def _mended(items: Items, edits: list[Edit], located: Callable[[Shift], Locations]) -> tuple[Splice, ...]:
    """Edits with the new box iloc, whose length does not depend on what it says."""
    iloc = items.iloc
    try:
        size = len(located(Shift(edits)).body())
        room = Edit(iloc.body, iloc.end - iloc.body, bytes(size), (items.meta, iloc))
        new = located(Shift([*edits, room])).body()
    except TooNarrowError:
        raise too_narrow(items.name) from None
    return mended(items.source, [*edits, room._replace(put=new)], items.name, but={iloc.start})


def _counted(items: Items, count: int) -> Edit:
    """The number of items."""
    if count >> 8 * items.count_width:
        raise too_narrow(items.name)
    return Edit(items.iinf.body + 4, items.count_width, count.to_bytes(items.count_width))


def _next_item(items: Items) -> int:
    """A number that no item has."""
    used = [info.item for info in items.infos] + [one.item for one in items.locations.items]
    number = max(used, default=0) + 1
    if number >> (32 if items.locations.version == 2 else 16):
        raise too_narrow(items.name)
    return number


def _info(item: int, media_type: bytes) -> bytes:
    """An entry of iinf for a hidden item."""
    is_wide = item >> 16 > 0
    number = item.to_bytes(4 if is_wide else 2)
    return box(b"infe", bytes((3 if is_wide else 2, 0, 0, 1)), number, b"\0\0mime\0", media_type, b"\0")


def _referred(items: Items, item: int) -> Edit:
    """The reference of an item to the picture, in the box that is there or in a new one."""
    iref = items.iref
    is_wide = items.has_wide_references if iref is not None else max(item, items.primary) >> 16 > 0
    width = 4 if is_wide else 2
    if max(item, items.primary) >> 8 * width:
        raise too_narrow(items.name)
    reference = box(b"cdsc", item.to_bytes(width), b"\0\1", items.primary.to_bytes(width))
    if iref is not None:
        return Edit(_end(items, iref, 4), 0, reference, (items.meta, iref))
    return Edit(items.meta.end, 0, box(b"iref", bytes((is_wide, 0, 0, 0)), reference), (items.meta,))


def _unreferred(items: Items, item: int) -> list[Edit]:
    """What an item refers to, taken out; the box too where nothing else is in it."""
    mine = [one for one in items.references if one.item == item]
    if items.iref is None or not mine:
        return []
    if len(mine) == len(items.references):
        return [Edit(items.iref.start, items.iref.size, b"", (items.meta,))]
    return [Edit(one.box.start, one.box.size, b"", (items.meta, items.iref)) for one in mine]


def _end(items: Items, parent: Box, skip: int) -> int:
    """Where the boxes end that stand in another after `skip` bytes of its own."""
    end = parent.body + skip
    for child in Walker(items.source).between(end, parent.end):
        end = child.end
    return end
