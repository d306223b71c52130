"""The label in a WebP picture: the XMP chunk, the last of the file.

Knows simple, lossless and animated WebP, and EXIF, where a label is updated if it stands there. Decodes nothing: of a picture it
reads the few bytes that tell its size. A packet that stands takes the label in; a simple file becomes an extended one, with a
VP8X in front that says so, and becomes a simple one again without its label.
Rules: TC260-PG-20259A (WebP: the chunk `XMP `; Annex B: EXIF UserComment); WebP Container Specification (Google).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from hegui.kernel import riff
from hegui.kernel.riff import Chunk
from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.kernel.splice import Splice, growth
from hegui.label import exif, spots, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.riff_places import require_room
from hegui.label.spots import Frame, Look, reason_of

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "webp"
EXTENSIONS = (".webp",)
MEDIA_TYPES = ("image/webp",)
PLACE = "RIFF chunk XMP"
CLAUSE = "TC260-PG-20259A"
IS_REVERSIBLE = True

_EXTENDED = b"VP8X"
_ALPHA, _HAS_EXIF, _HAS_XMP = 0x10, 0x08, 0x04
_FLAGS = {b"EXIF": _HAS_EXIF, b"XMP ": _HAS_XMP}
_MAX_EXIF = 4 << 20
_MOST_TOLD = 64


@dataclass(slots=True)
class _WebpLook(Look):
    """What was seen of a WebP.

    Attributes:
        source: the file.
        chunks: the form, then the chunks in it.
        flags: what VP8X says there is; 0 where there is none.
        packet: an XMP packet that stands in the file, and how to put it back.
    """

    source: Source = field(default_factory=lambda: Source.of(b""))
    chunks: list[Chunk] = field(default_factory=list)
    flags: int = 0
    packet: tuple[bytes, Frame] | None = None

    @property
    def extended(self) -> Chunk | None:
        """The chunk VP8X."""
        return next((chunk for chunk in self.chunks[1:2] if chunk.name == _EXTENDED and chunk.size >= 10), None)

    def see(self, chunk: Chunk) -> None:
        """One chunk; what cannot be read in it is a gap, and no fault of the file."""
        place = f"webp {chunk.name.decode('latin-1').strip()}"
        block = Candidate(place, chunk.start, 8 + chunk.size, "")
        try:
            if chunk.name == b"C2PA":
                self.traces.append(Trace("c2pa", place, f"{chunk.size} bytes"))
            elif chunk.name in _FLAGS and chunk.size > (xmp.MAX_PACKET if chunk.name == b"XMP " else _MAX_EXIF):
                self.gaps.append(Gap(place, "too large"))
            elif chunk.name == b"XMP ":
                packet, frame = self.source.at(chunk.body, chunk.size), self._frame(chunk)
                self.xmp(packet, block, frame)
                self.packet = self.packet or (packet, frame)
            elif chunk.name == b"EXIF":
                data = self.source.at(chunk.body, chunk.size)
                exif.examine(data, self, block, self._frame(chunk), prefix=6 if data[:6] == b"Exif\0\0" else 0)
        except MalformedError as error:
            self.gaps.append(Gap(place, reason_of(error)))

    def _frame(self, chunk: Chunk) -> Frame:
        """Puts a chunk made anew in the place of the old one; None takes the chunk out."""

        def frame(data: bytes | None) -> tuple[Splice, ...]:
            new = b"" if data is None else riff.encoded(chunk.name, data)
            edits = [Splice(chunk.start, chunk.total, new)]
            if self.extended is None:
                return self._counted(edits)
            flag = _FLAGS[chunk.name]
            if data is None and self._is_simple_without(chunk):
                edits.append(Splice(self.extended.start, self.extended.total, b""))
            else:
                edits += self._flagged(self.extended, self.flags & ~flag if data is None else self.flags | flag)
            return self._counted(edits)

        return frame

    def fresh(self, text: str) -> tuple[Splice, ...]:
        """A label into a file that has none. Raises LabelError (LBL040), MalformedError."""
        if self.packet is not None:
            packet, frame = self.packet
            return frame(xmp.written(packet, text))
        form, last = self.chunks[0], self.chunks[-1]
        if not last.parents or not last.width or last.next != form.end or form.end > self.source.size:
            raise MalformedError("the form does not end with its last chunk", form.start)
        edits = [Splice(form.end, 0, riff.encoded(b"XMP ", xmp.written(None, text)))]
        if self.extended is not None:
            edits += self._flagged(self.extended, self.flags | _HAS_XMP)
        else:
            first = self.chunks[1]
            edits.append(Splice(first.start, 0, _extension(self.source, first, _HAS_XMP)))
        return self._counted(edits)

    def _flagged(self, extended: Chunk, flags: int) -> Collection[Splice]:
        return [Splice(extended.body, 1, bytes((flags,)))] if flags != self.flags else []

    def _counted(self, edits: list[Splice]) -> tuple[Splice, ...]:
        """The edits with the size of the form."""
        holders = (self.chunks[0],)
        require_room(holders, growth(edits), NAME)
        return (*riff.grown(holders, growth(edits)), *edits)

    def _is_simple_without(self, chunk: Chunk) -> bool:
        """Whether nothing but this chunk needs VP8X, which is then one as we write it."""
        rest = [one for one in self.chunks[1:] if one is not chunk and one is not self.extended]
        if self.extended is None or [one.name for one in rest] not in ([b"VP8 "], [b"VP8L"]):
            return False
        try:
            ours = _extension(self.source, rest[0], self.flags & ~_ALPHA)
        except MalformedError:
            return False
        return self.source.at(self.extended.start, self.extended.total) == ours


def score(name: str, head: bytes) -> int:
    """The form WEBP."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return 100
    return 5 if name.lower().endswith(EXTENSIONS) else 0


def read(source: Source) -> Reading:
    """The packet, and EXIF."""
    return _looked(source).reading()


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The label in the packet that stands, or in one at the end. Raises LabelError (LBL005, LBL020, LBL040), MalformedError."""
    look = _looked(source)
    return spots.written(look, label, NAME, look.fresh)


def bare(source: Source) -> tuple[Splice, ...]:
    """The label taken out, and the packet and VP8X that were there for it. Raises as `write` does.

    The bytes are those before `write`, but for files that were odd: a VP8X that nothing needed, or that told of XMP without any.
    """
    return spots.bare(_looked(source), NAME)


def _looked(source: Source) -> _WebpLook:
    """One walk over the chunks. Raises MalformedError where this is not the form WEBP."""
    look = _WebpLook(source=source)
    try:
        for chunk in riff.walk(source, into=()):
            if chunk.kind != b"WEBP" and not chunk.parents:
                raise MalformedError("the RIFF form is not WEBP", chunk.start + 8)
            look.chunks.append(chunk)
    except MalformedError as error:
        if not look.chunks:
            raise
        look.fail("webp chunks", error)
    if look.extended is not None:
        look.flags = source.at(look.extended.body, 1)[0]
    told = [chunk for chunk in look.chunks[1:] if chunk.name in (b"C2PA", *_FLAGS)]
    for chunk in told[:_MOST_TOLD]:
        look.see(chunk)
    if len(told) > _MOST_TOLD:
        look.fail("webp chunks", TooMuchError("more packets than are looked at", told[_MOST_TOLD].start))
    if look.fault is None:
        look.tail(source, look.chunks[0].next, "webp after the form")
    return look


def _extension(source: Source, picture: Chunk, flags: int) -> bytes:
    """A chunk VP8X for a file of one picture. Raises MalformedError where its size cannot be read."""
    head = source.up_to(picture.body, min(10, picture.size))
    if picture.name == b"VP8 " and len(head) == 10 and head[3:6] == b"\x9d\x01\x2a" and not head[0] & 1:
        width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    elif picture.name == b"VP8L" and len(head) >= 5 and head[0] == 0x2F:
        bits = int.from_bytes(head[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags |= _ALPHA if bits >> 28 & 1 else 0
    else:
        raise MalformedError("the first chunk is no picture", picture.start)
    if not width or not height:
        raise MalformedError("the picture has no size", picture.body)
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff.encoded(_EXTENDED, bytes((flags, 0, 0, 0)) + canvas)
