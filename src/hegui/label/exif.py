"""Find and change the label in EXIF: UserComment, ImageDescription and other fields for texts, and what names the generator.

Knows the fields with their encodings, in IFD0 and the Exif directory of every page; knows no file format around them.
Refuses to judge other texts that stand there: a comment counts only where it spells a label. A change is a set of splices
into the block: the value goes where the old one stood, or to the end where it is longer, and its entry is patched.
Rules: TC260-PG-20259A Annex B (UserComment, the wrapped object); Exif 2.32, 4.6.5 UserComment (eight bytes name its encoding).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice, apply
from hegui.kernel.tiff import Entry, Ifd, Layout, chain, directory, dropped, layout, value
from hegui.label.faults import cannot_edit
from hegui.label.field_text import decoded
from hegui.label.findings import Finding
from hegui.label.reading import Candidate, Gap, Trace
from hegui.label.spots import Frame, Look, apart, may_be_label, no_offset, reason_of, trace_kind

__all__ = ["ExifReading", "ExifText", "changed", "examine", "look"]

MAX_VALUE = 1 << 20
_ALL = range(0x10000)
IMAGE_DESCRIPTION, MAKE, MODEL, SOFTWARE, EXIF_IFD = 0x010E, 0x010F, 0x0110, 0x0131, 0x8769
USER_COMMENT = 0x9286
_XP = {0x9C9B: "XPTitle", 0x9C9C: "XPComment", 0x9C9D: "XPAuthor", 0x9C9E: "XPKeywords", 0x9C9F: "XPSubject"}
"""The fields of Windows, in UTF-16."""
_NAMES = {IMAGE_DESCRIPTION: "ImageDescription", USER_COMMENT: "UserComment", MAKE: "Make", MODEL: "Model",
          SOFTWARE: "Software", 0x010D: "DocumentName", 0x013B: "Artist", 0x8298: "Copyright", **_XP}  # fmt: skip
_CHARSETS = (b"ASCII\0\0\0", b"UNICODE\0", b"JIS\0\0\0\0\0", bytes(8))
_PLUMBING = frozenset(
    (EXIF_IFD, USER_COMMENT, 0x011A, 0x011B, 0x0128, 0x0213, 0x9000, 0x9101, 0xA000, 0xA001, 0xA002, 0xA003)
)
"""Fields that say nothing of their own: resolution, versions, layout of components, sizes."""


@dataclass(frozen=True, slots=True)
class ExifText:
    """A field that may hold a label.

    Attributes:
        place: "exif UserComment".
        entry: its entry, offsets within the block.
        ifd: the directory that has it.
        text: the value, its encoding undone.
        charset: the eight bytes before a UserComment; b"" where there are none.
        codec: the encoding of the text after them.
    """

    place: str
    entry: Entry
    ifd: Ifd
    text: str
    charset: bytes
    codec: str
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class ExifReading:
    """All an EXIF block says."""

    texts: list[ExifText] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def examine(data: bytes, into: Look, block: Candidate, frame: Frame, *, prefix: int = 0) -> None:
    """Everything in an EXIF block.

    Args:
        data: the block, after `prefix` bytes that are not its own.
        into: where labels, traces and gaps go.
        block: where the block stands, and whether the guides name UserComment there.
        frame: puts a changed block back, prefix and all; None takes it out, where it was there for the label alone.
    """
    head, source = data[:prefix], Source.of(data[prefix:])
    found = look(source)
    for one in found.texts:
        is_standard = block.is_standard and one.entry.tag == USER_COMMENT
        findings = (*block.findings, *one.findings)
        candidate = replace(block, place=one.place, text=one.text, is_standard=is_standard, findings=findings)
        into.add(candidate, partial(_change, head, data[prefix:], one, frame))
    into.traces += found.traces
    into.gaps += found.gaps


def _change(head: bytes, block: bytes, one: ExifText, frame: Frame, text: str | None) -> tuple[Splice, ...]:
    source = Source.of(block)
    if text is None and _only_label(source, one):
        return frame(None)
    return frame(head + apply(block, changed(source, one, text)))


def look(source: Source) -> ExifReading:
    """The labels and traces in a TIFF or an EXIF block; never raises."""
    found = ExifReading()
    try:
        for ifd in _directories(source, layout(source), found):
            for entry in ifd.entries(_NAMES):
                _see(source, ifd, entry, found)
    except MalformedError as error:
        found.gaps.append(Gap("exif", reason_of(error)))
    return found


def _directories(source: Source, layout: Layout, found: ExifReading) -> Iterator[Ifd]:
    """Every page, each followed by its Exif directory."""
    inner: set[int] = set()
    for ifd in chain(source, layout):
        yield ifd
        for entry in ifd.entries((EXIF_IFD,)):
            try:
                at = layout.number(value(source, entry, layout.word))
                if at not in inner:
                    inner.add(at)
                    yield directory(source, layout, at)
            except MalformedError as error:
                found.gaps.append(Gap("exif", reason_of(error)))


def _see(source: Source, ifd: Ifd, entry: Entry, found: ExifReading) -> None:
    place = f"exif {_NAMES[entry.tag]}"
    try:
        data = value(source, entry, MAX_VALUE)
    except MalformedError as error:
        found.gaps.append(Gap(place, reason_of(error)))
        return
    text, charset, codec = _decoded(data, entry.tag, ifd.layout.order)
    if may_be_label(text):
        is_bare = entry.tag == USER_COMMENT and not charset
        findings = (Finding("exif.charset", "warning", "Exif 2.32 4.6.5"),) if is_bare else ()
        found.texts.append(ExifText(place, entry, ifd, text, charset, codec, findings))
    elif (kind := trace_kind(_NAMES[entry.tag], text)) is not None:
        found.traces.append(Trace(kind, place, text[:200]))


def _decoded(data: bytes, tag: int, order: str) -> tuple[str, bytes, str]:
    """Text, charset prefix and encoding of a value."""
    charset, codec = b"", "utf-8"
    if tag in _XP:
        codec = "utf-16-le"
    elif tag == USER_COMMENT and data[:8] in _CHARSETS:
        charset, data = data[:8], data[8:]
        if charset == _CHARSETS[1]:
            codec = _utf16(data, order)
        elif charset == _CHARSETS[2]:
            codec = "iso2022_jp"
    if codec != "utf-8":
        return data.decode(codec, "replace").rstrip("\0").strip(), charset, codec
    return decoded(data)[0].strip(), charset, codec


def _utf16(data: bytes, order: str) -> str:
    """UNICODE means UTF-16 in the order of the block; some writers put the other order, or UTF-8, there."""
    if data[:1] == b"{" and data[1:2] != b"\0":
        return "utf-8"
    if data[:2] in (b"{\0", b"\xff\xfe"):
        return "utf-16-le"
    if data[:2] in (b"\0{", b"\xfe\xff"):
        return "utf-16-be"
    return "utf-16-le" if order == "<" else "utf-16-be"


def changed(source: Source, one: ExifText, text: str | None) -> tuple[Splice, ...]:
    """The splices into the block that give a field another text; None takes the field out of its directory.

    Raises:
        LabelError: LBL006, the field has a type that no text has.
        MalformedError: its value and its directory overlap.
    """
    layout, entry = one.ifd.layout, one.entry
    if entry.size != entry.count:
        raise cannot_edit("", f"{one.place}, in a field type that is none for text")
    blank = Splice(entry.value_at, entry.size, bytes(entry.size))
    if text is None:
        return apart(blank, dropped(source, one.ifd, one.entry))
    data = one.charset + text.encode(one.codec) + (b"\0" if entry.type == 2 else b"")
    data += b"\0\0" if entry.tag in _XP else b""
    count = len(data).to_bytes(layout.word, layout.endian)
    if len(data) <= entry.size:
        return apart(blank._replace(put=data.ljust(entry.size, b"\0")), Splice(entry.at + 4, layout.word, count))
    at = source.size + source.size % 2
    if at >= 1 << 8 * layout.word:
        raise no_offset("exif")
    return apart(
        blank,
        Splice(entry.at + 4, 2 * layout.word, count + layout.offset(at)),
        Splice(source.size, 0, bytes(at - source.size) + data),
    )


def _only_label(source: Source, one: ExifText) -> bool:
    """Whether the block holds nothing of its own but this field: then it was made for the label."""
    known = _PLUMBING | {one.entry.tag}
    try:
        every = (entry for ifd in _directories(source, one.ifd.layout, ExifReading()) for entry in ifd.entries(_ALL))
        return all(entry.tag in known for entry in every)
    except MalformedError:
        return False
