"""The label in GIF: an application extension "XMP Data" with an XMP packet, after the global palette.

Knows the extension with its trailer of 258 bytes, comments and the version of the header; knows no pixel. Reads the label
also from comments, from packets in ordinary sub-blocks, and after the trailer.
Works as one walk over the blocks; a packet that is there is updated in its extension, a label elsewhere where it stands.
Rules: TC260-PG-20259A (application extension "XMP Data"); XMP specification part 3, 1.1.2; GIF89a specification, 26.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from hegui.kernel.gif import APPLICATION, COMMENT, Block, blocks, sub_blocks, unblocked
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label import spots, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.findings import Finding
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.spellings import MAX_TEXT
from hegui.label.spots import Frame, Look, may_be_label

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "gif"
EXTENSIONS = (".gif",)
MEDIA_TYPES = ("image/gif",)
PLACE = "application extension XMP Data"
CLAUSE = "TC260-PG-20259A"
IS_REVERSIBLE = True
"""True of GIF89a; a GIF87a stays 89a, as only that has extensions."""

_XMP_HEAD = b"\x21\xff\x0bXMP DataXMP"
_MAGIC = b"\1" + bytes(range(255, -1, -1)) + b"\0"
"""Wherever a reader of sub-blocks falls into this, it comes out at the last byte."""


@dataclass(slots=True)
class GifLook(Look):
    """What was seen of a GIF.

    Attributes:
        insert: the byte after the global palette.
        is_old: whether the header says 87a.
        packet: an XMP packet that stands in the file, and how to put it back.
    """

    insert: int = 0
    is_old: bool = False
    packet: tuple[bytes, Frame] | None = None

    def fresh(self, text: str) -> tuple[Splice, ...]:
        """A label into a file that has none."""
        if self.packet is not None:
            packet, frame = self.packet
            return frame(xmp.written(packet, text))
        version = (Splice(3, 3, b"89a"),) if self.is_old else ()
        return (*version, Splice(self.insert, 0, _extension(xmp.written(None, text))))


def score(name: str, head: bytes) -> int:
    """See `hegui.label.codec.Codec.score`."""
    return 100 if head[:6] in (b"GIF87a", b"GIF89a") else 5 if name.lower().endswith(EXTENSIONS) else 0


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


def _looked(source: Source) -> GifLook:
    """One walk over the blocks. Raises MalformedError where there is not even a first one."""
    look, end = GifLook(is_old=source.up_to(3, 3) == b"87a"), 0
    try:
        for block in blocks(source):
            look.insert = look.insert or block.at
            end = block.end
            if block.kind in (APPLICATION, COMMENT):
                look.look_at(block.at)
            if block.kind == APPLICATION:
                _application(source, block, look)
            elif block.kind == COMMENT:
                _comment(source, block, look)
    except MalformedError as error:
        if not end:
            raise
        look.fail(NAME, error)
    else:
        look.tail(source, end, "gif after the trailer")
    return look


def _application(source: Source, block: Block, look: GifLook) -> None:
    """An application extension: XMP, a C2PA manifest, or another one's."""
    head = source.up_to(block.at, 14)
    if head[2:] == b"\x0bC2PA_GIF\1\0\0":
        look.traces.append(Trace("c2pa", "gif application extension C2PA_GIF", ""))
    if head != _XMP_HEAD:
        return
    if block.end - block.at > xmp.MAX_PACKET + 512:
        look.gaps.append(Gap(PLACE, "too large"))
        return
    data = source.at(block.at + len(head), block.end - block.at - len(head))
    is_right = data.endswith(_MAGIC)
    packet = data[: -len(_MAGIC)] if is_right else unblocked(data)
    findings = () if is_right else (Finding("gif.sub_blocks", "warning", "XMP part 3, 1.1.2"),)
    stands = Candidate(f"gif {PLACE}", block.at, block.end - block.at, "", True, findings)
    frame = partial(_framed, block)
    look.packet = look.packet or (packet, frame)
    look.xmp(packet, stands, frame)


def _framed(block: Block, packet: bytes | None) -> tuple[Splice, ...]:
    put = b"" if packet is None else _extension(packet)
    return (Splice(block.at, block.end - block.at, put),)


def _extension(packet: bytes) -> bytes:
    return _XMP_HEAD + packet + _MAGIC


def _comment(source: Source, block: Block, look: GifLook) -> None:
    size = block.end - block.data_at
    text = unblocked(source.up_to(block.data_at, min(size, 4 * MAX_TEXT))).decode("utf-8", "replace").strip("\0 \r\n")
    place = "gif comment"
    if may_be_label(text):
        stands = Candidate(place, block.at, block.end - block.at, text, is_standard=False)
        look.add(stands, partial(_commented, block))
    else:
        look.trace(place, "comment", text)


def _commented(block: Block, text: str | None) -> tuple[Splice, ...]:
    put = b"" if text is None else b"\x21\xfe" + sub_blocks(text.encode())
    return (Splice(block.at, block.end - block.at, put),)
