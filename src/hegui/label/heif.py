"""The label in HEIC and AVIF: an item with an XMP packet that describes the picture.

Knows XMP and Exif items, and the places of films too, since a picture may come with a sequence; knows no pixel. A packet that is
there takes the label in; else a hidden item is added, with its data right after the box meta, where even a reader of the
first kilobytes finds them. What stands behind moves, and every table of offsets is mended.
Rules: TC260-PG-20259A (XMP, http://www.tc260.org.cn/ns/AIGC/1.0/); ISO/IEC 23008-12 Annex A (mime item, cdsc reference).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.kernel.splice import Splice
from hegui.label import exif, heif_edits, mp4_edits, spots, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.bmff_offsets import mended
from hegui.label.faults import LabelError, cannot_edit
from hegui.label.findings import Finding
from hegui.label.heif_brands import is_heif
from hegui.label.heif_items import Info, Items, read_items
from hegui.label.mp4_places import Slot, Survey, survey
from hegui.label.reading import Candidate, Gap, Reading
from hegui.label.spots import Look

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "heif"
EXTENSIONS = (".heic", ".heif", ".hif", ".avif", ".avifs", ".heics", ".heifs")
MEDIA_TYPES = ("image/heic", "image/heif", "image/avif", "image/heic-sequence", "image/heif-sequence")
PLACE = "XMP item (mime, application/rdf+xml) that describes the picture"
CLAUSE = "TC260-PG-20259A"
IS_REVERSIBLE = True

_XMP = b"application/rdf+xml"
_MAX_EXIF = 4 << 20
_MAX_ITEMS = 64
"""XMP and Exif items looked at."""


@dataclass(slots=True)
class HeifLook(Look):
    """What was seen of a picture.

    Attributes:
        items: what its box meta holds; None where that cannot be read.
        problem: why it cannot take a label; None where it can.
        packet: the XMP item that describes the picture, and its content.
    """

    items: Items | None = None
    problem: LabelError | None = None
    packet: tuple[Info, bytes] | None = None

    def fresh(self, text: str) -> tuple[Splice, ...]:
        """A label into a picture that has none."""
        if self.problem is not None:
            raise self.problem
        if self.items is None:
            raise LabelError("LBL034", NAME, "its box meta has no picture that hegui knows",
                             "Convert it to HEIC or AVIF with another program, then label it.")  # fmt: skip
        if self.packet is not None:
            info, packet = self.packet
            return heif_edits.changed(self.items, info.item, xmp.written(packet, text))
        return heif_edits.added(self.items, _XMP, xmp.written(None, text))


def score(name: str, head: bytes) -> int:
    """The brands of the box ftyp."""
    return 95 if is_heif(head) else 5 if name.lower().endswith(EXTENSIONS) else 0


def read(source: Source) -> Reading:
    """The XMP and Exif items, and the places of films. Raises MalformedError where there is no box at all."""
    return _looked(source).reading()


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The label where one stands, else in an XMP item.

    Raises:
        LabelError: LBL005, LBL006, LBL020; LBL030, no room for larger offsets; LBL034, there is no picture that we know.
        MalformedError: the file is damaged.
    """
    look = _looked(source)
    return spots.written(look, label, NAME, look.fresh)


def bare(source: Source) -> tuple[Splice, ...]:
    """The file without the label; as it was, where hegui wrote it. Raises as `write` does."""
    return spots.bare(_looked(source), NAME)


def _looked(source: Source) -> HeifLook:
    seen = survey(source)
    if seen.fault is not None and seen.first is None:
        raise seen.fault
    found = seen.reading
    look = HeifLook(traces=list(found.traces), gaps=list(found.gaps), fault=seen.fault)
    for slot in seen.slots:
        look.add(slot.candidate, partial(_change, seen, slot))
    metas = [top for top in seen.tops if top.kind == b"meta"]
    if not metas:
        look.gaps.append(Gap("meta", "missing"))
        return look
    try:
        look.items = read_items(source, metas[0], NAME)
        _see_items(look.items, look)
    except MalformedError as error:
        look.fail("meta", error)
    except LabelError as error:
        look.problem = error
        look.gaps.append(Gap("meta", "unknown version"))
    look.spots.sort(key=lambda spot: spot.candidate.offset)
    return look


def _change(seen: Survey, slot: Slot, text: str | None) -> tuple[Splice, ...]:
    """A label in a place of films."""
    edits = mp4_edits.taken_out(seen, slot) if text is None else mp4_edits.changed(seen, slot, text)
    return mended(seen.walker.source, edits, NAME)


def _see_items(items: Items, look: HeifLook) -> None:
    mine = [info for info in items.infos if info.kind == b"Exif" or info.media_type == _XMP]
    for info in mine[:_MAX_ITEMS]:
        place = "heif item Exif" if info.kind == b"Exif" else "heif item XMP"
        try:
            _see(items, info, place, look)
        except MalformedError as error:
            look.gaps.append(Gap(place, spots.reason_of(error)))
            _unread(items, info, look)
    if mine[_MAX_ITEMS:]:
        look.fail("heif items", TooMuchError("it has too many items with metadata", items.meta.start))


def _see(items: Items, info: Info, place: str, look: HeifLook) -> None:
    """One item; an item that is encrypted or compressed is a gap."""
    if info.is_protected or info.encoding:
        look.gaps.append(Gap(place, "encrypted" if info.is_protected else "compressed"))
        _unread(items, info, look)
        return
    is_exif = info.kind == b"Exif"
    content, stretches = items.content(info.item, _MAX_EXIF if is_exif else xmp.MAX_PACKET)
    if not stretches:
        raise MalformedError("an item has no content", items.iloc.start)
    start, end = stretches[0]
    frame = partial(_put, items, info)
    if is_exif:
        prefix = 4 + int.from_bytes(content[:4])
        if prefix > len(content):
            raise MalformedError("the Exif item is cut", start)
        exif.examine(content, look, Candidate(place, start, end - start, "", is_standard=False), frame, prefix=prefix)
        return
    is_standard = items.describes_primary(info.item)
    findings = () if is_standard else (Finding("place.other", "warning", CLAUSE, "XMP of another item"),)
    look.xmp(content, Candidate(place, start, end - start, "", is_standard, findings), frame)
    if is_standard and look.packet is None:
        look.packet = info, content


def _unread(items: Items, info: Info, look: HeifLook) -> None:
    """The picture has a packet that cannot be read, so that a second one may not be added."""
    if info.media_type == _XMP and items.describes_primary(info.item):
        look.problem = look.problem or cannot_edit(NAME, "an XMP item that is encrypted, compressed or damaged")


def _put(items: Items, info: Info, new: bytes | None) -> tuple[Splice, ...]:
    return heif_edits.taken_out(items, info) if new is None else heif_edits.changed(items, info.item, new)
