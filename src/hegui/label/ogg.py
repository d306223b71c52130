"""Ogg with Vorbis, Opus, FLAC, Speex or Theora in it: the label in the comment header of a stream.

Knows which packet of each codec holds the comments and what stands around them; knows no pages. Reads every stream, of chained
and multiplexed files too; writes into the first one of sound in the first part, else of pictures. What stands behind the
comments (framing bit, the padding of Opus) stays, so a packet without its label is the packet as it was.
Rules: PG-202510A (Ogg: Vorbis comment AIGC, the inner object); Vorbis I 5.2, RFC 7845 5.2, the mappings of FLAC, Speex and Theora.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

from hegui.kernel import ogg, ogg_edit, vorbis_comment
from hegui.kernel.ogg import Stream, Walk
from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.kernel.splice import Splice, apply
from hegui.kernel.vorbis_comment import Comment, Comments
from hegui.label import comment_labels
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError, cannot_edit
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.standing import Standing, rewritten, standing

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "ogg"
EXTENSIONS = (".ogg", ".oga", ".opus", ".spx", ".ogv", ".ogx")
MEDIA_TYPES = ("audio/ogg", "audio/opus", "audio/vorbis", "video/ogg", "application/ogg")
PLACE = "Vorbis comment AIGC"
CLAUSE = "PG-202510A"
IS_REVERSIBLE = True

FLAC_HEAD = 4
"""Bytes of the block header before the comments, where FLAC stands in Ogg."""


class _Kind(NamedTuple):
    """A codec: how its first packet begins, how many header packets follow, how the comment packet begins."""

    name: str
    first: bytes
    headers: int
    opening: bytes
    is_sound: bool = True


_KINDS = (
    _Kind("Vorbis", b"\x01vorbis", 2, b"\x03vorbis"),
    _Kind("Opus", b"OpusHead", 1, b"OpusTags"),
    _Kind("FLAC", b"\x7fFLAC", 1, b""),
    _Kind("Speex", b"Speex   ", 1, b""),
    _Kind("Theora", b"\x80theora", 2, b"\x81theora", is_sound=False),
)
_WITHOUT_COMMENTS = (b"fishead\0", b"fisbone\0")
"""Streams of Ogg Skeleton, which describe the others."""


class _Part(NamedTuple):
    """A stream of a codec that is known, with its comments, or with why there are none."""

    stream: Stream
    kind: _Kind
    comments: Comments | None
    problem: str


class _Layout(NamedTuple):
    walk: Walk
    parts: tuple[_Part, ...]


def score(name: str, head: bytes) -> int:
    if head.startswith(b"OggS\0") and len(head) > 27:
        first = head[27 + head[26] :]
        return 95 if _kind_of(first) is not None else 50
    return 8 if PurePath(name.lower()).suffix in EXTENSIONS else 0


def read(source: Source) -> Reading:
    return _read(_layout(source))


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    layout = _layout(source)
    one = standing(_read(layout), NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    put = comment_labels.put(text)
    if one is None:
        part = _chosen(layout)
        return _rewritten(source, part, vorbis_comment.inserted(_sound(part), put))
    part, old = _place(layout, one)
    return _rewritten(source, part, vorbis_comment.replaced(old, put))


def bare(source: Source) -> tuple[Splice, ...]:
    layout = _layout(source)
    one = standing(_read(layout), NAME)
    if one is None:
        return ()
    part, old = _place(layout, one)
    return _rewritten(source, part, vorbis_comment.removed(_sound(part), old))


def _kind_of(first: bytes) -> _Kind | None:
    return next((kind for kind in _KINDS if first.startswith(kind.first)), None)


def _headers(first: bytes) -> int:
    kind = _kind_of(first)
    return kind.headers if kind is not None else 0


def _layout(source: Source) -> _Layout:
    walk = ogg.walk(source, _headers)
    if not walk.streams:
        raise MalformedError("this is no Ogg stream", 0)
    kinds = ((stream, _kind_of(stream.first)) for stream in walk.streams)
    return _Layout(walk, tuple(_part(stream, kind) for stream, kind in kinds if kind is not None))


def _part(stream: Stream, kind: _Kind) -> _Part:
    if stream.problem and not stream.ends:
        return _Part(stream, kind, None, stream.problem)
    packet, at = stream.packet, FLAC_HEAD if kind.name == "FLAC" else len(kind.opening)
    if not packet.startswith(kind.opening) or (kind.name == "FLAC" and packet[:1] not in (b"\x04", b"\x84")):
        return _Part(stream, kind, None, "malformed")
    try:
        return _Part(stream, kind, vorbis_comment.parse(packet, at), stream.problem)
    except TooMuchError:
        return _Part(stream, kind, None, "too large")
    except MalformedError:
        return _Part(stream, kind, None, "malformed")


def _read(layout: _Layout) -> Reading:
    candidates, traces, gaps = list[Candidate](), list[Trace](), list[Gap]()
    for part in layout.parts:
        place = f"Ogg {part.kind.name} comment"
        if part.problem:
            gaps.append(Gap(place, part.problem))
        if part.comments is not None:
            more, signs = comment_labels.read(part.comments, place, part.stream.offset)
            candidates += more
            traces += signs
    unknown = sum(
        _kind_of(one.first) is None and not one.first.startswith(_WITHOUT_COMMENTS) for one in layout.walk.streams
    )
    if unknown:
        gaps.append(Gap("Ogg stream of a codec that is not known", "unknown version"))
    if layout.walk.problem:
        gaps.append(Gap("Ogg pages", layout.walk.problem))
    return Reading(tuple(candidates), tuple(traces), tuple(gaps))


def _chosen(layout: _Layout) -> _Part:
    """The stream of the first part of the file that gets the label."""
    first = [part for part in layout.parts if part.stream.link == 0]
    for part in sorted(first, key=lambda part: not part.kind.is_sound):
        return part
    raise LabelError("LBL053", NAME, "none of its streams is of a codec that takes comments",
                     "Label it as Vorbis, Opus, FLAC, Speex or Theora, or in another container.")  # fmt: skip


def _place(layout: _Layout, one: Standing) -> tuple[_Part, Comment]:
    """The stream and the comment where the label stands."""
    for part in layout.parts:
        for comment in part.comments.comments if part.comments is not None else ():
            if comment_labels.is_own(comment) and part.stream.offset(comment.at) == one.candidate.offset:
                return part, comment
    raise cannot_edit(NAME, one.candidate.place)


def _sound(part: _Part) -> Comments:
    if part.comments is None or part.problem:
        raise MalformedError("the comment header is damaged", part.stream.pages[0].at if part.stream.pages else 0)
    return part.comments


def _rewritten(source: Source, part: _Part, changes: tuple[Splice, ...]) -> tuple[Splice, ...]:
    _sound(part)
    if not ogg_edit.is_intact(source, part.stream):
        raise MalformedError("a header page has another check sum or number", part.stream.pages[0].at)
    packet = apply(part.stream.packet, changes)
    if part.kind.name == "FLAC":
        if len(packet) - FLAC_HEAD >= 1 << 24:
            raise LabelError("LBL052", NAME, "its comments would pass the 16 MiB that a FLAC block holds",
                             "Take a picture out of the comments; it belongs into a PICTURE block.")  # fmt: skip
        packet = packet[:1] + (len(packet) - FLAC_HEAD).to_bytes(3, "big") + packet[FLAC_HEAD:]
    try:
        return ogg_edit.rewritten(source, part.stream, packet)
    except TooMuchError as error:
        raise LabelError("LBL054", NAME, "the label needs another page, and too many pages after it another number",
                         "Write the file again with less in its comments, and label then.") from error  # fmt: skip
