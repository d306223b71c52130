"""The label in PNG and APNG: an iTXt chunk with an XMP packet, uncompressed, directly after IHDR.

Knows which chunks may hold a label or a sign of generation; knows no pixel, and passes over the picture data. Reads the label
also where others put it: text chunks of any name, compressed packets, raw profiles, EXIF, the bytes after IEND.
Works as one walk over the chunks; a packet that is there is updated in its chunk, and a label elsewhere where it stands.
Rules: TC260-PG-20259A (iTXt, XML:com.adobe.xmp); XMP specification part 3, 1.1.5 (uncompressed); C2PA 2.1 A.3.3 (caBX).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hegui.kernel.png import SIGNATURE, Chunk, chunk_bytes, chunks
from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.kernel.splice import Splice
from hegui.label import exif, spots, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.field_text import decoded
from hegui.label.findings import Finding
from hegui.label.png_text import KINDS, XMP_KEYWORD, PngText, fresh_xmp, keyword_of, taken_apart
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.scattered_tags import scattered
from hegui.label.spellings import MAX_TEXT, is_meant
from hegui.label.spots import Frame, Look, fixed, may_be_label, reason_of

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "png"
EXTENSIONS = (".png", ".apng")
MEDIA_TYPES = ("image/png", "image/apng")
PLACE = "iTXt XML:com.adobe.xmp"
CLAUSE = "TC260-PG-20259A"
IS_REVERSIBLE = True

_MAX_EXIF = 4 << 20


@dataclass(slots=True)
class PngLook(Look):
    """What was seen of a PNG.

    Attributes:
        tags: keywords and texts of the chunks that hold no label by themselves.
        insert: the byte after IHDR.
        packet: an XMP packet that stands in the file, and how to put it back.
    """

    tags: list[tuple[str, str]] = field(default_factory=list)
    insert: int = 0
    packet: tuple[bytes, Frame] | None = None

    def fresh(self, text: str) -> tuple[Splice, ...]:
        """A label into a file that has none."""
        if self.packet is not None:
            packet, frame = self.packet
            return frame(xmp.written(packet, text))
        return (Splice(self.insert, 0, fresh_xmp(xmp.written(None, text))),)


def score(name: str, head: bytes) -> int:
    """See `hegui.label.codec.Codec.score`."""
    return 100 if head.startswith(SIGNATURE) else 5 if name.lower().endswith(EXTENSIONS) else 0


def read(source: Source) -> Reading:
    """See `hegui.label.codec.Codec.read`."""
    return _looked(source).reading()


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """See `hegui.label.codec.Codec.write`."""
    look = _looked(source)
    return spots.written(look, label, NAME, look.fresh)


def bare(source: Source) -> tuple[Splice, ...]:
    """See `hegui.label.codec.Codec.bare`."""
    return spots.bare(_looked(source), NAME)


def _looked(source: Source) -> PngLook:
    """One walk over the chunks. Raises MalformedError where there is not even a header."""
    look, end = PngLook(), 0
    try:
        for chunk in chunks(source):
            look.insert = look.insert or chunk.end
            if chunk.kind in KINDS or chunk.kind in (b"eXIf", b"caBX") or chunk.kind.upper() == b"AIGC":
                look.look_at(chunk.at)
                _see(source, chunk, look)
            end = chunk.end
    except MalformedError as error:
        if not look.insert:
            raise
        look.fail(NAME, error)
    else:
        look.tail(source, end, "png after IEND")
    for one in scattered(look.tags, "png text chunks", 0, end):
        look.add(one, fixed(one.place))
    return look


def _see(source: Source, chunk: Chunk, look: PngLook) -> None:
    """One chunk; a text that cannot be read is a gap, and no fault of the file."""
    place = f"png {chunk.kind.decode('latin-1')}"
    try:
        if chunk.kind in KINDS:
            _text(source, chunk, look)
        elif chunk.kind == b"caBX":
            look.traces.append(Trace("c2pa", place, ""))
        elif chunk.kind.upper() == b"AIGC":
            _own(source, chunk, look)
        elif chunk.kind == b"eXIf" and chunk.size > _MAX_EXIF:
            look.gaps.append(Gap(place, "too large"))
        else:
            block = source.at(chunk.data_at, chunk.size)
            stands = Candidate(place, chunk.at, chunk.end - chunk.at, "", is_standard=False)
            exif.examine(block, look, stands, _framed(chunk, lambda data: chunk_bytes(b"eXIf", data)))
    except MalformedError as error:
        look.gaps.append(Gap(place, reason_of(error)))


def _framed(chunk: Chunk, made: Callable[[bytes], bytes]) -> Frame:
    """Puts a chunk made anew in the place of the old one; None takes the chunk out."""

    def frame(data: bytes | None) -> tuple[Splice, ...]:
        return (Splice(chunk.at, chunk.end - chunk.at, b"" if data is None else made(data)),)

    return frame


def _own(source: Source, chunk: Chunk, look: PngLook) -> None:
    """A chunk of no kind that PNG knows, named as the label is."""
    if chunk.size > 4 * MAX_TEXT:
        raise TooMuchError("a text chunk is larger than is read", chunk.at)
    text, findings = decoded(source.at(chunk.data_at, chunk.size))
    stands = Candidate(
        f"png {chunk.kind.decode()}", chunk.at, chunk.end - chunk.at, text.strip(), is_standard=False, findings=findings
    )
    frame = _framed(chunk, lambda data: chunk_bytes(chunk.kind, data))
    look.add(stands, lambda new: frame(None if new is None else new.encode()))


def _text(source: Source, chunk: Chunk, look: PngLook) -> None:
    keyword = keyword_of(source.up_to(chunk.data_at, min(80, chunk.size)))
    place = f"png {chunk.kind.decode()} {keyword}"
    is_block = keyword == XMP_KEYWORD or keyword.startswith("Raw profile type ")
    limit = 2 * xmp.MAX_PACKET if is_block else 4 * MAX_TEXT
    if chunk.size > limit:
        if is_block:
            raise TooMuchError("a text chunk is larger than is read", chunk.at)
        look.trace(place, keyword, "")
        return
    data = source.at(chunk.data_at, chunk.size)
    text = taken_apart(chunk.kind, data, limit)
    findings = () if _has_right_sum(source, chunk, data) else (Finding("png.crc", "warning", "PNG 5.3"),)
    block = Candidate(place, chunk.at, chunk.end - chunk.at, "", is_standard=False, findings=findings)
    _contents(look, text, block, _framed(chunk, text.chunk))


def _has_right_sum(source: Source, chunk: Chunk, data: bytes) -> bool:
    return source.at(chunk.end - 4, 4) == zlib.crc32(data, zlib.crc32(chunk.kind)).to_bytes(4, "big")


def _contents(look: PngLook, text: PngText, block: Candidate, frame: Frame) -> None:
    """What a text chunk holds: a packet of XMP, EXIF, or a text."""
    head, known = text.data[:29], text.profile in ("exif", "APP1")
    if text.keyword == XMP_KEYWORD:
        is_standard = text.kind == b"iTXt" and not text.is_compressed
        look.packet = look.packet or (text.data, frame)
        look.xmp(text.data, replace(block, is_standard=is_standard), frame)
    elif text.profile == "xmp":
        look.xmp(text.data, block, frame)
    elif known and head.startswith(b"Exif\0\0"):
        exif.examine(text.data, look, block, frame, prefix=6)
    elif known and head == b"http://ns.adobe.com/xap/1.0/\0":
        look.xmp(text.data[29:], block, lambda packet: frame(None if packet is None else head + packet))
    elif may_be_label(text.text) or ("AIGC" in text.keyword.upper() and is_meant(text.text, is_named=True)):
        look.add(replace(block, text=text.text), lambda new: frame(None if new is None else new.encode()))
    else:
        look.tags.append((text.keyword, text.text))
        look.trace(block.place, text.keyword, text.text)
