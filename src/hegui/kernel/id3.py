"""Walk an ID3v2 tag, of version 2.2, 2.3 or 2.4: its frames with their places in the file, its padding, its end.

Knows headers, extended headers, footers, frame flags, unsynchronisation and the sizes that iTunes wrote wrongly into version
2.4; knows no label, and what a frame says only as bytes. Takes the bodies of the frames asked for, and passes over the others
(pictures). What cannot be read has a problem in its place, and the rest is read on.
Rules: ID3v2.2.0, ID3v2.3.0, ID3v2.4.0-structure; the bounds are ours.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from hegui.kernel.id3_text import resynchronised, syncsafe
from hegui.kernel.source import Source, TruncatedError

__all__ = ["MAX_BODIES", "MAX_BODY", "MAX_FRAMES", "Frame", "Tag", "size_of_foot", "size_of_head", "walk"]

MAX_FRAMES = 16_384
MAX_BODY = 1 << 20
"""Bytes of one frame that are taken; of a larger one the first."""
MAX_BODIES = 16 << 20
"""Bytes of all frames of a tag that are taken, decompressed."""

HEAD = 10
_OLD_NAMES = {"TXX": "TXXX", "COM": "COMM", "GEO": "GEOB", "TSS": "TSSE", "TEN": "TENC"}
_NAME = re.compile(rb"[A-Z0-9]{3}[A-Z0-9 \0]?")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame.

    Attributes:
        name: four letters; of version 2.2 the four that 2.3 has for it, where it is one of those we read.
        at: offset in the file, of its header.
        size: bytes it takes in the file, with its header.
        data: its body, unsynchronisation and compression undone; b"" where it was not asked for.
        problem: "" or why `data` is not all of it: "encrypted", "malformed", "too large".
    """

    name: str
    at: int
    size: int
    data: bytes = b""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as it stands.

    Attributes:
        at: offset in the file.
        version: 2, 3 or 4; another number has no frames.
        end: where the tag ends, its footer included, as its header says.
        frames: in file order.
        frames_at: where the first frame begins, behind the extended header.
        frames_end: where the last one ends, and the padding begins.
        padding_end: where the padding ends.
        has_footer: a copy of the header at the end, as version 2.4 has it; such a tag has no padding.
        has_checksum: the extended header holds a CRC of the frames.
        is_unsynchronised: the whole body is, as versions 2.2 and 2.3 have it.
        is_plain: sizes of frames have eight bits a byte; true up to 2.3, and in what iTunes wrote as 2.4.
        may_fill: the padding may be used: there is no footer, no extended header that gives its size, and the whole is not
            unsynchronised (ffmpeg loses its way in such a tag behind the first stuffed byte).
        problem: "" or why the frames are not all there: "truncated", "malformed", "too large", "unknown version".
    """

    at: int
    version: int
    end: int
    frames: tuple[Frame, ...] = ()
    frames_at: int = 0
    frames_end: int = 0
    padding_end: int = 0
    has_footer: bool = False
    has_checksum: bool = False
    is_unsynchronised: bool = False
    is_plain: bool = True
    may_fill: bool = True
    problem: str = ""


class _Head(NamedTuple):
    version: int
    flags: int
    size: int


class _Place(NamedTuple):
    """A frame before its body is taken; offsets into the body of the tag, unsynchronisation undone."""

    name: bytes
    at: int
    size: int
    flags: int


@dataclass(slots=True)
class _Frames:
    places: list[_Place] = field(default_factory=list)
    end: int = 0
    problem: str = ""


def size_of_head(head: bytes) -> int | None:
    """How many bytes the tag takes whose first ten bytes these are; None where they begin none."""
    found = _head(head, b"ID3")
    if found is None:
        return None
    return HEAD + found.size + (HEAD if found.version == 4 and found.flags & 0x10 else 0)


def size_of_foot(foot: bytes) -> int | None:
    """How many bytes the tag takes whose last ten bytes these are; None where they end none."""
    found = _head(foot, b"3DI")
    return None if found is None else HEAD + found.size + HEAD


def walk(source: Source, at: int, wanted: Collection[str]) -> Tag | None:
    """The tag at `at`, with the bodies of the frames named in `wanted`; None where there is none."""
    raw = source.up_to(at, HEAD)
    head, whole = _head(raw, b"ID3"), size_of_head(raw)
    if head is None or whole is None:
        return None
    end = at + whole
    if head.version not in (2, 3, 4) or (head.version == 2 and head.flags & 0x40):
        return Tag(at, head.version, end, problem="unknown version")
    is_unsynchronised = bool(head.flags & 0x80) and head.version < 4
    if is_unsynchronised and head.size > MAX_BODIES:
        return Tag(at, head.version, end, problem="too large")
    body = _Body(source, at + HEAD, min(head.size, source.size - at - HEAD), is_unsynchronised)
    extended = _extended(body, head)
    found, is_plain = _frames(body, extended.size, head)
    problem = extended.problem or found.problem
    has_footer = whole != HEAD + head.size
    if has_footer and end <= source.size and source.at(end - HEAD, HEAD) != b"3DI" + raw[3:]:
        problem = problem or "malformed"  # no footer but sound, of which a writer must not change a byte
    sizes_padding = head.version == 3 and bool(extended.size)
    return Tag(
        at, head.version, end, _taken(body, found.places, head, wanted),
        frames_at=body.offset(extended.size), frames_end=body.offset(found.end), padding_end=body.start + body.raw_size,
        has_footer=has_footer, has_checksum=extended.has_checksum, is_unsynchronised=is_unsynchronised,
        is_plain=is_plain, may_fill=not (has_footer or sizes_padding or is_unsynchronised),
        problem="truncated" if end > source.size else problem,
    )  # fmt: skip


def _head(raw: bytes, magic: bytes) -> _Head | None:
    if len(raw) < HEAD or raw[:3] != magic or 0xFF in raw[3:5]:
        return None
    size = syncsafe(raw[6:10])
    return None if size is None else _Head(raw[3], raw[5], size)


class _Body:
    """The bytes between header and footer, addressed with the unsynchronisation of the whole undone."""

    def __init__(self, source: Source, start: int, raw_size: int, is_unsynchronised: bool) -> None:
        self._source = source
        self.start = start
        self.raw_size = raw_size
        self._raw = source.at(start, raw_size) if is_unsynchronised else None
        self._data = None if self._raw is None else resynchronised(self._raw)
        self.size = raw_size if self._data is None else len(self._data)
        self._mark = (0, 0)

    def take(self, at: int, size: int) -> bytes:
        if self._data is None:
            if at + size > self.raw_size:
                raise TruncatedError("the ID3 tag ends early", self.start + at)
            return self._source.at(self.start + at, size)
        return self._data[at : at + size]

    def is_zero(self, at: int) -> bool:
        """Whether nothing but zeros follows."""
        if self._data is not None:
            return not self._data[at:].strip(b"\0")
        return not any(piece.strip(b"\0") for piece in self._source.pieces(self.start + at, self.start + self.raw_size))

    def offset(self, at: int) -> int:
        """Where in the file the byte `at` of the body stands; places that only grow are found fast."""
        if self._raw is None:
            return self.start + at
        known, raw = self._mark if self._mark[0] <= at else (0, 0)
        end, need = raw, at - known
        while need:
            piece = self._raw[end : end + need]
            stuffed = piece.count(b"\xff\x00")
            end += len(piece)
            if piece.endswith(b"\xff") and self._raw[end : end + 1] == b"\0":
                end += 1
            need = stuffed if piece else 0
        self._mark = (at, end)
        return self.start + end


class _Extended(NamedTuple):
    size: int = 0
    has_checksum: bool = False
    problem: str = ""


def _extended(body: _Body, head: _Head) -> _Extended:
    """How many bytes the extended header takes, and whether it has a CRC."""
    if head.version == 2 or not head.flags & 0x40:
        return _Extended()
    if body.size < 6:
        return _Extended(problem="malformed")
    raw = body.take(0, 6)
    if head.version == 3:
        size, has_checksum = int.from_bytes(raw[:4], "big") + 4, bool(raw[4] & 0x80)
        sound = size in (10, 14)
    else:
        size, has_checksum = syncsafe(raw[:4]) or 0, bool(raw[5] & 0x20)
        sound = size >= 6
    return _Extended(size, has_checksum) if sound and size <= body.size else _Extended(problem="malformed")


def _frames(body: _Body, start: int, head: _Head) -> tuple[_Frames, bool]:
    """The frames, and whether their sizes are plain; what version 2.4 asks for is tried first."""
    if head.version != 4:
        return _places(body, start, head.version, is_plain=True), True
    safe = _places(body, start, 4, is_plain=False)
    if safe.problem in ("", "too large"):
        return safe, False
    plain = _places(body, start, 4, is_plain=True)
    return (safe, False) if plain.problem else (plain, True)


def _places(body: _Body, start: int, version: int, *, is_plain: bool) -> _Frames:
    """The frames one behind the other, up to the padding, the end or the first that is none."""
    found = _Frames(end=start)
    width, head = (3, 6) if version == 2 else (4, HEAD)
    while found.end + head <= body.size:
        raw = body.take(found.end, head)
        if raw[0] == 0:
            break
        size = int.from_bytes(raw[width : 2 * width], "big") if is_plain else syncsafe(raw[4:8])
        if size is None or not _NAME.fullmatch(raw, 0, width) or found.end + head + size > body.size:
            found.problem = "malformed"
            return found
        if len(found.places) == MAX_FRAMES:
            found.problem = "too large"
            return found
        flags = 0 if version == 2 else int.from_bytes(raw[8:10], "big")
        found.places.append(_Place(raw[:width], found.end, head + size, flags))
        found.end += head + size
    if not body.is_zero(found.end):
        found.problem = "malformed"
    return found


def _taken(body: _Body, places: list[_Place], head: _Head, wanted: Collection[str]) -> tuple[Frame, ...]:
    frames, left = [], MAX_BODIES
    header = 6 if head.version == 2 else HEAD
    for place in places:
        name = place.name.decode("latin-1")
        name = _OLD_NAMES.get(name.rstrip("\0 "), name)
        data, problem = b"", ""
        if name in wanted:
            size = min(place.size - header, MAX_BODY, left)
            whole = size == place.size - header
            data, problem = _body_of(body.take(place.at + header, size), place.flags, head, min(MAX_BODY, left))
            problem = problem if whole or problem == "encrypted" else "too large"
            left -= max(len(data), size)
        start = body.offset(place.at)
        frames.append(Frame(name, start, body.offset(place.at + place.size) - start, data, problem))
        left = max(left, 0)
    return tuple(frames)


def _body_of(raw: bytes, flags: int, head: _Head, limit: int) -> tuple[bytes, str]:
    """The body behind the bytes that the flags add, unsynchronisation and compression undone."""
    if head.version == 3:
        skip = 4 * bool(flags & 0x80) + bool(flags & 0x40) + bool(flags & 0x20)
        is_encrypted, is_compressed, is_unsynchronised = flags & 0x40, flags & 0x80, 0
    elif head.version == 4:
        skip = bool(flags & 0x40) + bool(flags & 0x04) + 4 * bool(flags & 0x01)
        is_encrypted, is_compressed, is_unsynchronised = flags & 0x04, flags & 0x08, flags & 0x02 or head.flags & 0x80
    else:
        return raw, ""
    if is_encrypted:
        return b"", "encrypted"
    if len(raw) < skip:
        return b"", "malformed"
    data = raw[skip:]
    if is_unsynchronised:
        data = resynchronised(data)
    return _inflated(data, limit) if is_compressed else (data, "")


def _inflated(data: bytes, limit: int) -> tuple[bytes, str]:
    stream = zlib.decompressobj()
    try:
        out = stream.decompress(data, max(limit, 1))
    except zlib.error:
        return b"", "malformed"
    return out, "" if stream.eof else "too large" if stream.unconsumed_tail else "malformed"
