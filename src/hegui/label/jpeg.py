"""The label in JPEG: an APP1 segment with an XMP packet, after APP0 and EXIF.

Knows the segments that may hold a label or a sign of generation; knows no pixel, and runs through the coded data for the next
marker alone. Reads the label also where others put it: EXIF, comments, glued into any APP segment, extended XMP, after EOI.
Works as one walk over the segments; a packet that is there is updated in its segment, a label elsewhere where it stands.
Rules: TC260-PG-20259A and its Annex B (XMP, EXIF UserComment); XMP specification part 3, 1.1.3; C2PA 2.1 A.3.1 (APP11).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from hegui.kernel.jpeg import APP0, APP1, APP2, APP11, COM, MAX_PAYLOAD, Segment, segment_bytes, segments
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label import exif, jpeg_pictures, spots, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.field_text import decoded
from hegui.label.findings import Finding
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.spellings import parse
from hegui.label.spots import Frame, Look, may_be_label
from hegui.label.stray import Glued, glued, may_hold

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "jpeg"
EXTENSIONS = (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")
MEDIA_TYPES = ("image/jpeg", "image/pjpeg", "image/mpo")
PLACE = "APP1 XMP"
CLAUSE = "TC260-PG-20259A"
IS_REVERSIBLE = True

EXIF_HEAD = b"Exif\0\0"
XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED_HEAD = b"http://ns.adobe.com/xmp/extension/\0"
MAX_XMP = 65_502
"""Bytes of a packet in a segment (XMP part 3, 1.1.3.1)."""
MAX_PARTS = 256
_COUNTED = (b"Photoshop 3.0\0", b"ICC_PROFILE\0", b"MPF\0", b"JP")
"""Heads of segments with lengths of their own in them: what is glued into these is read and not written."""


class Part(NamedTuple):
    """A piece of extended XMP: where it belongs, the length of the whole, its bytes, and where it stands."""

    offset: int
    length: int
    data: bytes
    stands: Candidate


@dataclass(slots=True)
class JpegLook(Look):
    """What was seen of a JPEG.

    Attributes:
        insert: where a new segment goes: after APP0 and EXIF, before the index of pictures.
        packet: an XMP packet that stands in the file, and how to put it back.
        index: the index of further pictures and where it stands.
        parts: pieces of extended XMP, by the digest of the whole.
    """

    insert: int = 2
    packet: tuple[bytes, Frame] | None = None
    index: tuple[bytes, int] | None = None
    parts: dict[bytes, list[Part]] = field(default_factory=dict)

    def fresh(self, text: str) -> tuple[Splice, ...]:
        """A label into a file that has none."""
        if self.packet is not None:
            packet, frame = self.packet
            return frame(xmp.written(packet, text))
        insert = min(self.insert, self.index[1] - 8) if self.index else self.insert
        return (Splice(insert, 0, segment_bytes(APP1, XMP_HEAD + xmp.written(None, text))),)

    def settled(self, splices: tuple[Splice, ...]) -> tuple[Splice, ...]:
        """The splices, with the index of further pictures kept right."""
        more = jpeg_pictures.moved(*self.index, splices) if self.index and splices else None
        return splices if more is None else (*splices, more)


def score(name: str, head: bytes) -> int:
    """See `hegui.label.codec.Codec.score`."""
    return 100 if head.startswith(b"\xff\xd8\xff") else 5 if name.lower().endswith(EXTENSIONS) else 0


def read(source: Source) -> Reading:
    """See `hegui.label.codec.Codec.read`."""
    return _looked(source).reading()


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """See `hegui.label.codec.Codec.write`."""
    look = _looked(source)
    return look.settled(spots.written(look, label, NAME, look.fresh))


def bare(source: Source) -> tuple[Splice, ...]:
    """See `hegui.label.codec.Codec.bare`."""
    look = _looked(source)
    return look.settled(spots.bare(look, NAME))


def _looked(source: Source) -> JpegLook:
    """One walk over the segments. Raises MalformedError where there is not even a first one."""
    look, leading, end = JpegLook(), True, 0
    try:
        for segment in segments(source):
            leading = leading and segment.marker == APP0
            look.insert = segment.end if leading else look.insert
            end = segment.end
            if segment.is_app or segment.marker == COM:
                look.look_at(segment.at)
                _see(source, segment, look)
    except MalformedError as error:
        if not end:
            raise
        look.fail(NAME, error)
    else:
        look.tail(source, end, "jpeg after EOI")
    _extended(look)
    return look


def _see(source: Source, segment: Segment, look: JpegLook) -> None:
    data = b"".join(source.pieces(segment.data_at, segment.end))  # 64 KiB at most, and not kept
    place = "jpeg COM" if segment.marker == COM else f"jpeg APP{segment.marker - APP0}"
    stands = Candidate(place, segment.at, segment.end - segment.at, "", is_standard=False)
    frame = _framed(segment)
    if segment.marker == APP1 and data.startswith(EXIF_HEAD):
        look.insert = max(look.insert, segment.end)
        exif.examine(data, look, replace(stands, is_standard=True), frame, prefix=len(EXIF_HEAD))
    elif segment.marker == APP1 and data.startswith(XMP_HEAD):
        packet = data[len(XMP_HEAD) :]
        framed = partial(_xmp_frame, frame)
        look.packet = look.packet or (packet, framed)
        look.xmp(packet, replace(stands, place=f"{place} XMP", is_standard=True), framed)
    elif segment.marker == APP1 and data.startswith(EXTENDED_HEAD) and len(data) >= 75:
        _part(look, stands, data[len(EXTENDED_HEAD) :])
    elif segment.marker == APP2 and data.startswith(jpeg_pictures.HEAD):
        look.index = look.index or (data[4:], segment.data_at + 4)
    elif segment.marker == APP11 and data.startswith(b"JP") and b"c2pa" in data[:200]:
        look.traces.append(Trace("c2pa", place, ""))
    else:
        _text(look, segment, data, stands, frame)


def _text(look: JpegLook, segment: Segment, data: bytes, stands: Candidate, frame: Frame) -> None:
    """A comment, or a segment that something may be glued into."""
    text = decoded(data)[0].strip() if segment.marker == COM else ""
    found = list(glued(data)) if may_hold(data) else []
    if text and may_be_label(text) and not any(one.text != text for one in found):
        look.add(replace(stands, text=text), lambda new: frame(None if new is None else new.encode()))
        return
    for one in found:
        finding = Finding("jpeg.glued", "fault", CLAUSE, stands.place)
        change = spots.fixed(stands.place) if data.startswith(_COUNTED) else partial(_reglued, data, one, frame)
        look.add(replace(stands, text=one.text, findings=(finding,)), change)
    if not found and segment.marker != COM and b"AIGC" in data:  # a packet whose head is another one
        for label in (one for one in xmp.find(data).labels if parse(one.text) is not None):
            look.add(replace(stands, place=f"{stands.place} stray XMP", text=label.text), spots.fixed(stands.place))
    if text:
        look.trace(stands.place, "comment", text)


def _reglued(data: bytes, one: Glued, frame: Frame, text: str | None) -> tuple[Splice, ...]:
    """A segment with another label glued in where the old one is; without one, and empty, it goes."""
    if text is not None:
        return frame(data[: one.value] + text.encode() + data[one.end :])
    rest = data[: one.start] + data[one.end :]
    return frame(rest if rest.strip(b"\0 ") else None)


def _framed(segment: Segment) -> Frame:
    """Puts a segment made anew in the place of the old one; None takes it out."""

    def frame(data: bytes | None) -> tuple[Splice, ...]:
        if data is not None and len(data) > MAX_PAYLOAD:
            raise _no_room()
        put = b"" if data is None else segment_bytes(segment.marker, data)
        return (Splice(segment.at, segment.end - segment.at, put),)

    return frame


def _xmp_frame(frame: Frame, packet: bytes | None) -> tuple[Splice, ...]:
    if packet is not None and len(packet) > MAX_XMP:
        raise _no_room()
    return frame(None if packet is None else XMP_HEAD + packet)


def _no_room() -> LabelError:
    return LabelError("LBL021", NAME, "its metadata leave no room for a label in a segment of 64 KiB",
                      "Make the file again with less metadata.")  # fmt: skip


def _part(look: JpegLook, stands: Candidate, data: bytes) -> None:
    """One piece of extended XMP: digest, full length, offset, bytes."""
    length, offset = int.from_bytes(data[32:36], "big"), int.from_bytes(data[36:40], "big")
    if sum(map(len, look.parts.values())) < MAX_PARTS:
        look.parts.setdefault(data[:32], []).append(Part(offset, length, data[40:], stands))
    else:
        look.gaps.append(Gap("jpeg extended XMP", "too large"))


def _extended(look: JpegLook) -> None:
    """Extended XMP, put together; it is read and not written."""
    for parts in look.parts.values():
        packet = b"".join(part.data for part in sorted(parts, key=lambda part: part.offset))
        place = "jpeg extended XMP"
        if len(packet) != parts[0].length:
            look.gaps.append(Gap(place, "malformed"))
        look.xmp(packet, replace(parts[0].stands, place=place), spots.fixed(place))
