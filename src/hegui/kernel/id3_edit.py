"""Put one frame into an ID3v2 tag or take it out, and leave every other frame as it is, byte for byte.

Knows how a tag grows and how its padding is used; knows no label. Where the padding holds the frame, it goes there, behind
the others, and nothing in the file moves; where it does not, the frame goes in front of the others and the tag grows. So the
place of a frame says how it came in, and taking it out gives the tag as it was.
Rules: ID3v2.3.0 and ID3v2.4.0-structure, 3.1 to 3.4: no order of frames, padding is zeros, none where there is a footer.
"""

from __future__ import annotations

from hegui.kernel.id3 import HEAD, Frame, Tag
from hegui.kernel.id3_text import SYNCSAFE_LIMIT, to_syncsafe, unsynchronised
from hegui.kernel.source import Source, TooMuchError
from hegui.kernel.splice import Splice

__all__ = ["fresh", "inserted", "removed", "replaced", "trimmed"]

_SHORT = {"TXXX": b"TXX"}


def fresh(name: str, body: bytes) -> bytes:
    """A tag of version 2.3 with one frame and no padding."""
    frame = _frame(3, name, body, is_plain=True)
    return b"ID3\x03\x00\x00" + to_syncsafe(len(frame)) + frame


def inserted(source: Source, tag: Tag, name: str, body: bytes) -> tuple[Splice, ...]:
    """A frame put in: into the padding where it fits, else in front. The tag has a frame already."""
    frame = _stored(tag, name, body)
    if tag.may_fill and _is_free(source, tag, tag.frames_end, len(frame)):
        return (Splice(tag.frames_end, len(frame), frame),)
    return (*_resized(tag, len(frame)), Splice(tag.frames_at, 0, frame))


def replaced(source: Source, tag: Tag, old: Frame, name: str, body: bytes) -> tuple[Splice, ...]:
    """A frame in the place of another: the last one may use the padding, and goes to the front where that is too small."""
    frame = _stored(tag, name, body)
    if not _is_last(tag, old):
        return (*_resized(tag, len(frame) - old.size), Splice(old.at, old.size, frame))
    more = len(frame) - old.size
    if more <= 0:
        return (Splice(old.at, old.size, frame + bytes(-more)),)
    if _is_free(source, tag, tag.frames_end, more):
        return (Splice(old.at, len(frame), frame),)
    if len(tag.frames) == 1:
        return (*_resized(tag, more), Splice(old.at, old.size, frame))
    return (*_resized(tag, len(frame)), Splice(tag.frames_at, 0, frame), Splice(old.at, old.size, bytes(old.size)))


def removed(tag: Tag, old: Frame) -> tuple[Splice, ...]:
    """The tag as it was before `inserted`; a tag with nothing else in it goes as a whole."""
    if len(tag.frames) == 1:
        return (Splice(tag.at, tag.end - tag.at, b""),)
    if _is_last(tag, old):
        return (Splice(old.at, old.size, bytes(old.size)),)
    return (*_resized(tag, -old.size), Splice(old.at, old.size, b""))


def trimmed(tag: Tag, old: Frame, padding: int) -> tuple[Splice, ...]:
    """The tag made again without the frame, with so much padding."""
    free = tag.padding_end - tag.frames_end
    cut, padded = Splice(old.at, old.size, b""), Splice(tag.frames_end, free, bytes(padding))
    return (*_resized(tag, padding - free - old.size), cut, padded)


def _is_last(tag: Tag, frame: Frame) -> bool:
    return tag.may_fill and tag.frames[-1].at == frame.at


def _is_free(source: Source, tag: Tag, at: int, size: int) -> bool:
    """Whether the padding has so many bytes there, zeros all."""
    return tag.padding_end - at >= size and not source.at(at, size).strip(b"\0")


def _resized(tag: Tag, growth: int) -> tuple[Splice, ...]:
    """The size of the tag changed, in its header and in its footer."""
    size = tag.end - tag.at - HEAD * (2 if tag.has_footer else 1) + growth
    if size >= SYNCSAFE_LIMIT:
        raise TooMuchError("the ID3 tag would grow past 256 MiB", tag.at)
    head = Splice(tag.at + 6, 4, to_syncsafe(size))
    return (head, Splice(tag.end - 4, 4, to_syncsafe(size))) if tag.has_footer else (head,)


def _stored(tag: Tag, name: str, body: bytes) -> bytes:
    frame = _frame(tag.version, name, body, is_plain=tag.is_plain)
    return unsynchronised(frame) if tag.is_unsynchronised else frame


def _frame(version: int, name: str, body: bytes, *, is_plain: bool) -> bytes:
    if version == 2:
        return _SHORT[name] + len(body).to_bytes(3, "big") + body
    size = len(body).to_bytes(4, "big") if is_plain else to_syncsafe(len(body))
    return name.encode("ascii") + size + b"\0\0" + body
