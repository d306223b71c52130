"""What to change in the tags of an MP4 or QuickTime file to put a label in, to change it, or to have the file without it.

Knows tags and the box free behind moov; knows neither sizes nor offsets, which are mended by who takes these edits. A key is added
to tags with keys; a box that holds nothing but an encoder's tag is replaced and the tag carried over; other tags stay, and
ours follow them. Room is taken from zeros in a box free after moov, so that no media data move, and is given back to it.
Rules: TC260-PG-20257A (moov.udta.meta, key AIGC); GB 45438-2025 6.1 c), so a label that stands is changed where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from hegui.kernel.isobmff import Box, Path, Walker, box
from hegui.label import xmp
from hegui.label.bmff_shift import Edit
from hegui.label.faults import cannot_edit
from hegui.label.mp4_meta import UTF8, Meta, Own, encoder_of, item, key_entry
from hegui.label.mp4_places import Slot, Survey

__all__ = ["added", "changed", "taken_out"]

_KEY = b"AIGC"


def added(seen: Survey, moov: Box, text: str) -> list[Edit]:
    """The label into a file that has none. Raises MalformedError."""
    walker, value = Walker(seen.walker.source), text.encode("ascii")
    metas = [meta for meta in seen.metas if meta.is_in_user_data]
    for meta in metas:
        if meta.is_sound:
            return list(_key_added(walker, meta, value))
    for meta in metas:
        encoder = encoder_of(walker, meta)
        if encoder is not None:
            at = meta.path[-1]
            return _placed(seen, moov, Edit(at.start, at.size, b"", meta.path[:-1]), Own("mdir", value, encoder))
    if metas:
        return _placed(seen, moov, Edit(metas[-1].path[-1].end, 0, b"", metas[-1].path[:-1]), Own("meta", value))
    udta = next((child for child in walker.within(moov) if child.kind == b"udta"), None)
    if udta is not None:
        return _placed(seen, moov, Edit(_end(walker, udta), 0, b"", (moov, udta)), Own("meta", value))
    return _placed(seen, moov, Edit(_end(walker, moov), 0, b"", (moov,)), Own("udta", value))


def changed(seen: Survey, slot: Slot, text: str) -> list[Edit]:
    """Another text where one stands. Raises LabelError (LBL006 and those of XMP)."""
    own = Own.of(seen.walker, slot.meta) if slot.meta is not None else None
    if own is not None and slot.meta is not None:
        return _placed(seen, slot.path[0], _block(slot.meta, own), own._replace(text=text.encode("ascii")), own)
    if slot.form == "value":
        return [Edit(slot.start - len(UTF8), slot.end - slot.start + len(UTF8), UTF8 + text.encode("ascii"), slot.path)]
    if slot.form == "xmp":
        new = xmp.written(_text(seen, slot), text)
        return [Edit(slot.start, slot.end - slot.start, new, slot.path)]
    raise cannot_edit("mp4", slot.candidate.place)


def taken_out(seen: Survey, slot: Slot) -> list[Edit]:
    """The file without its label; where hegui put it in, as it was before. Raises LabelError, as `changed` does."""
    own = Own.of(seen.walker, slot.meta) if slot.meta is not None else None
    if own is not None and slot.meta is not None:
        return _placed(seen, slot.path[0], _block(slot.meta, own), None, own)
    whole, around = slot.path[-1], slot.path[:-1]
    if slot.form == "value" and slot.meta is not None:
        whole, around = slot.path[-2], slot.path[:-2]
        renumbered = list(_key_taken_out(Walker(seen.walker.source), slot.meta, slot.number))
        return [Edit(whole.start, whole.size, b"", around), *renumbered]
    if slot.form == "xmp":
        left = xmp.without(_text(seen, slot))
        if left is not None:
            return [Edit(slot.start, slot.end - slot.start, left, slot.path)]
        return [Edit(whole.start, whole.size, b"", around)]
    raise cannot_edit("mp4", slot.candidate.place)


def _placed(seen: Survey, moov: Box, place: Edit, new: Own | None, old: Own | None = None) -> list[Edit]:
    """`new` at a place, instead of `old`; its room from the box free after moov, where that can be given back later."""
    free = _free(seen, moov)
    room = free.size if free is not None else 0
    total = room + (old.growth if old is not None and old.is_from_free else 0)
    left = total
    if new is not None:
        new = new._replace(is_from_free=True)
        if _can_shrink(seen, free, total - new.growth):
            left = total - new.growth
        else:
            new = new._replace(is_from_free=False)
    put = new.block() if new is not None else old.before() if old is not None else b""
    return [place._replace(put=put), *_resized(moov, free, left)]


def _free(seen: Survey, moov: Box) -> Box | None:
    """The box free directly after moov."""
    after = [top for top in seen.tops if top.start == moov.end]
    return after[0] if after and after[0].kind == b"free" and after[0].head == 8 and not after[0].is_open else None


def _can_shrink(seen: Survey, free: Box | None, size: int) -> bool:
    """Whether the box can have this size, and what it loses is zeros alone."""
    if size < 0 or 0 < size < 8:
        return False
    if free is None or size >= free.size:
        return True
    lost = min(free.size - size, free.end - free.body)
    return lost <= 1 << 20 and not any(seen.walker.source.at(free.end - lost, lost))


def _resized(moov: Box, free: Box | None, size: int) -> Iterator[Edit]:
    """The box free after moov with another size; 0 takes it away."""
    if free is None:
        if size:
            yield Edit(moov.end, 0, box(b"free", bytes(size - 8)))
    elif not size:
        yield Edit(free.start, free.size, b"")
    elif size != free.size:
        yield Edit(free.start, 4, size.to_bytes(4))
        lost = max(0, free.size - size)
        yield Edit(free.end - lost, lost, bytes(max(0, size - free.size)))


def _key_added(walker: Walker, meta: Meta, value: bytes) -> Iterator[Edit]:
    """One more key, the last, and its item."""
    keys, ilst = meta.keys, meta.lists[0]
    if keys is None:
        return
    number = (len(meta.entries) + 1).to_bytes(4)
    yield Edit(keys.body + 4, 4, number)
    yield Edit(keys.end, 0, key_entry(_KEY), (*meta.path, keys))
    yield Edit(_end(walker, ilst), 0, item(number, value), (*meta.path, ilst))


def _key_taken_out(walker: Walker, meta: Meta, number: int) -> Iterator[Edit]:
    """A key away, and the items of later keys numbered anew."""
    keys = meta.keys
    if keys is None or not number:
        return
    if not meta.is_whole:
        raise cannot_edit("mp4", "keys that are not what they say")
    entry = meta.entries[number - 1]
    yield Edit(keys.body + 4, 4, (len(meta.entries) - 1).to_bytes(4))
    yield Edit(entry.start, entry.end - entry.start, b"", (*meta.path, keys))
    for one in meta.items(walker):
        if one.number > number:
            yield Edit(one.path[-1].start + 4, 4, (one.number - 1).to_bytes(4))


def _block(meta: Meta, own: Own) -> Edit:
    """What we put in, to be cut out."""
    path: Path = meta.path[:-1] if own.instead == "udta" else meta.path
    return Edit(path[-1].start, path[-1].size, b"", path[:-1])


def _end(walker: Walker, parent: Box) -> int:
    """Where the boxes in a box end; a zero that ends user data follows."""
    end = walker.first_child(parent)
    for child in walker.within(parent):
        end = child.end
    return end


def _text(seen: Survey, slot: Slot) -> bytes:
    return seen.walker.source.at(slot.start, slot.end - slot.start)
