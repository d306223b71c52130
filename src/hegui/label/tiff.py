"""The label in TIFF and BigTIFF: tag 700 of the first directory, field type 7, an XMP packet.

Knows the tag in every directory and EXIF besides; knows no picture data, and moves none. Reads the label also in later pages,
in ImageDescription and in UserComment.
Works at the end of the file: packet and, where the tag is new, a directory with one entry more are appended, and one place in
front is patched; a note after them says how that place was, so that the file before labelling can be had again.
Rules: TC260-PG-20259A (IFD0, 0x02BC, type 7); TIFF 6.0 section 2 (entries sorted); XMP specification part 3, 1.1.4.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import partial

from hegui.kernel.source import MalformedError, Source, TruncatedError
from hegui.kernel.splice import Splice
from hegui.kernel.tiff import Entry, Ifd, Layout, chain, dropped, entry_bytes, ifd_bytes, layout, value
from hegui.label import exif, spots, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.findings import Finding
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.spots import Look, apart, no_offset, reason_of

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "tiff"
EXTENSIONS = (".tif", ".tiff", ".btf", ".tf8")
MEDIA_TYPES = ("image/tiff",)
PLACE = "IFD0 tag 700 XMP"
CLAUSE = "TC260-PG-20259A"
IS_REVERSIBLE = True

XMP_TAG, C2PA_TAG, UNDEFINED = 700, 0xCD41, 7
_HEADS = (b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0")
_NOTE = struct.Struct(">QQB20s8s")
_MARK = b"\0hegui\0\1"


@dataclass(frozen=True, slots=True)
class Note:
    """How the file was before labelling.

    Attributes:
        size: bytes it had.
        at: the one place in it that is patched.
        old: what stood there.
    """

    size: int
    at: int
    old: bytes

    def packed(self) -> bytes:
        return _NOTE.pack(self.size, self.at, len(self.old), self.old, _MARK)


@dataclass(slots=True)
class TiffLook(Look):
    """What was seen of a TIFF.

    Attributes:
        tag: tag 700 of the first directory.
        packet: what that holds.
    """

    tag: Entry | None = None
    packet: bytes = b""


def score(name: str, head: bytes) -> int:
    """See `hegui.label.codec.Codec.score`."""
    return 60 if head.startswith(_HEADS) else 5 if name.lower().endswith(EXTENSIONS) else 0


def read(source: Source) -> Reading:
    """See `hegui.label.codec.Codec.read`."""
    return _looked(source)[0].reading()


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """See `hegui.label.codec.Codec.write`."""
    look, first = _looked(source)
    return spots.written(look, label, NAME, partial(_fresh, source, look, first))


def bare(source: Source) -> tuple[Splice, ...]:
    """See `hegui.label.codec.Codec.bare`."""
    return spots.bare(_looked(source)[0], NAME)


def _looked(source: Source) -> tuple[TiffLook, Ifd]:
    """One walk over the directories, and the first of them. Raises MalformedError where there is none."""
    look, first = TiffLook(), None
    try:
        for number, ifd in enumerate(chain(source, layout(source))):
            first = first or ifd
            for entry in ifd.entries((XMP_TAG, C2PA_TAG)):
                look.look_at(entry.at)
                _see(source, look, number, ifd, entry)
            if (
                ifd.next_at + ifd.layout.word > source.size
            ):  # what is appended would be taken for the offset of the next
                look.fail(NAME, TruncatedError("a directory ends with the file", ifd.next_at))
    except MalformedError as error:
        if first is None:
            raise
        look.fail(NAME, error)
    if first is None:
        raise MalformedError("there is no directory", 0)
    found = exif.look(source)
    for one in found.texts:
        candidate = Candidate(one.place, one.entry.value_at, one.entry.size, one.text, False, one.findings)
        look.add(candidate, partial(exif.changed, source, one))
    look.traces += found.traces
    look.gaps += found.gaps if look.fault is None else []
    return look, first


def _see(source: Source, look: TiffLook, number: int, ifd: Ifd, entry: Entry) -> None:
    place = f"tiff IFD{number} tag {entry.tag}"
    if entry.tag == C2PA_TAG:
        look.traces.append(Trace("c2pa", place, ""))
        return
    try:
        packet = value(source, entry, xmp.MAX_PACKET)
    except MalformedError as error:
        look.gaps.append(Gap(place, reason_of(error)))
        return
    if number == 0 and look.tag is None:
        look.tag, look.packet = entry, packet
    findings = () if entry.type == UNDEFINED else (Finding("tiff.type", "note", CLAUSE, str(entry.type)),)
    stands = Candidate(f"{place} XMP", entry.value_at, entry.size, "", number == 0, findings)
    look.xmp(packet, stands, partial(_changed, source, ifd, entry))


def _fresh(source: Source, look: TiffLook, ifd: Ifd, text: str) -> tuple[Splice, ...]:
    """A label into a file that has none."""
    packet = xmp.written(look.packet if look.tag is not None else None, text)
    return _appended(source, ifd, look.tag, packet)


def _changed(source: Source, ifd: Ifd, entry: Entry, packet: bytes | None) -> tuple[Splice, ...]:
    """Another packet in the place of one that holds a label; None takes the packet out."""
    note = _note(source, ifd, entry)
    if note is not None:
        return _noted(source, ifd, packet, note)
    blank = Splice(entry.value_at, entry.size, bytes(entry.size))
    if packet is None:
        return apart(blank, dropped(source, ifd, entry))
    if len(packet) > entry.size:
        return _appended(source, ifd, entry, packet, blank)
    field = entry_bytes(ifd.layout, XMP_TAG, UNDEFINED, len(packet), entry.value_at)
    return apart(blank._replace(put=packet.ljust(entry.size, b"\0")), Splice(entry.at, len(field), field))


def _appended(
    source: Source, ifd: Ifd, entry: Entry | None, packet: bytes, blank: Splice | None = None
) -> tuple[Splice, ...]:
    """A packet at the end of the file, and what points at it; `blank` wipes the label that was in an older packet."""
    layout = ifd.layout
    at, size = (layout.pointer_at, layout.word) if entry is None else (entry.at, layout.entry_size)
    note = Note(source.size, at, source.at(at, size))
    patch, tail = _tail(ifd, packet, note)
    if blank is None:
        return apart(Splice(at, size, patch), Splice(source.size, 0, tail + note.packed()))
    return apart(Splice(at, size, patch), blank, Splice(source.size, 0, tail))


def _tail(ifd: Ifd, packet: bytes, note: Note) -> tuple[bytes, bytes]:
    """What stands in the patched place, and what follows the file: the packet, and a directory where that is new."""
    layout = ifd.layout
    packet_at = _aligned(note.size, layout.word)
    entry = entry_bytes(layout, XMP_TAG, UNDEFINED, len(packet), _within(layout, packet_at))
    body = bytes(packet_at - note.size) + packet
    if note.at != layout.pointer_at:
        return entry, body
    ifd_at = _aligned(packet_at + len(packet), layout.word)
    body = body.ljust(ifd_at - note.size, b"\0") + ifd_bytes(ifd, entry)
    return layout.offset(_within(layout, ifd_at)), body


def _aligned(at: int, word: int) -> int:
    return at + -at % word


def _within(layout: Layout, at: int) -> int:
    """An offset, if the file can hold it."""
    if at >= 1 << 8 * layout.word:
        raise no_offset(NAME)
    return at


def _note(source: Source, ifd: Ifd, entry: Entry) -> Note | None:
    """The note at the end of the file, if it is about this entry."""
    layout = ifd.layout
    packed = source.up_to(source.size - _NOTE.size, _NOTE.size) if source.size > _NOTE.size else b""
    if not packed.endswith(_MARK):
        return None
    size, at, length, old, _ = _NOTE.unpack(packed)
    is_pointer = (at, length) == (layout.pointer_at, layout.word) and ifd.at >= size
    is_entry = (at, length) == (entry.at, layout.entry_size)
    fits = at + length <= size <= entry.value_at and entry.value_at + entry.size <= source.size - _NOTE.size
    return Note(size, at, old[:length]) if fits and (is_pointer or is_entry) else None


def _noted(source: Source, ifd: Ifd, packet: bytes | None, note: Note) -> tuple[Splice, ...]:
    """A packet that was appended: changed, or the file as it was before."""
    patch, tail = note.old, b""
    if packet is not None and packet != _before(source, ifd, note):
        patch, tail = _tail(ifd, packet, note)
        tail += note.packed()
    return (Splice(note.at, len(note.old), patch), Splice(note.size, source.size - note.size, tail))


def _before(source: Source, ifd: Ifd, note: Note) -> bytes | None:
    """The packet that the patched entry pointed at before; None where the whole directory was another."""
    layout = ifd.layout
    if note.at == layout.pointer_at:
        return None
    old = Ifd(note.at - layout.count_size, note.old, note.at, 0, layout)
    return next((value(source, entry, xmp.MAX_PACKET) for entry in old.entries((XMP_TAG,))), None)
