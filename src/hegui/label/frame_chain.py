"""Recognise sound that is frames one behind the other, MPEG audio or ADTS, by more than one word.

Knows how to follow frames by their sizes; knows no codec: what a header says is asked of the caller. Three headers in a row
that agree, or fewer that lead to the end of the sound, are a stream; a lone word of eleven or twelve bits is none.
Rules: ours; ISO/IEC 11172-3 and 13818-7 define the headers.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from hegui.kernel.id3 import size_of_head
from hegui.kernel.source import MalformedError, Source
from hegui.label.id3_labels import Tags

__all__ = ["require", "score_of"]

CHAIN = 3
REACH = 65_536
"""Bytes behind the tags in which the first frame must begin; some writers leave padding there."""
LOOK = 16_384
"""Bytes that hold three frames of any rate."""

FrameSize = Callable[[bytes], int | None]
KindOf = Callable[[bytes], bytes]


def chain(data: bytes, at: int, end: int, frame_size: FrameSize, kind_of: KindOf) -> int:
    """How many frames stand one behind the other at `at`, three at most; three too where they lead to `end`."""
    kind, count = b"", 0
    while count < CHAIN:
        head = data[at : at + 7]
        size = frame_size(head)
        if size is None or (kind and kind_of(head) != kind):
            return count
        kind, count, at = kind_of(head), count + 1, at + size
        if at == end:
            return CHAIN
        if at > len(data):
            return count
    return count


def require(source: Source, tags: Tags, frame_size: FrameSize, kind_of: KindOf, what: str) -> int:
    """Where the first frame of sound stands. Raises MalformedError where no sound of this kind begins behind the tags."""
    data = source.up_to(tags.start, REACH + LOOK)
    end = tags.tail.start - tags.start
    at = data.find(b"\xff")
    while 0 <= at < REACH:
        if frame_size(data[at : at + 7]) is not None and chain(data, at, end, frame_size, kind_of) == CHAIN:
            return tags.start + at
        at = data.find(b"\xff", at + 1)
    raise MalformedError(f"there are no frames of {what}", min(tags.start, source.size))


def score_of(name: str, head: bytes, extensions: tuple[str, ...], frame_size: FrameSize, kind_of: KindOf) -> int:
    """How surely the file is frames of this kind, with or without an ID3v2 tag in front."""
    is_named = PurePath(name.lower()).suffix in extensions
    at, end = 0, len(head) if len(head) < 4096 else -1
    while (size := size_of_head(head[at : at + 10])) is not None:
        at += size
    if at > len(head) - 4 and at:
        return 70 if is_named else 30
    frames = chain(head, at, end, frame_size, kind_of)
    if frames == CHAIN:
        return 90
    if frames == 2 or (frames and is_named):
        return 60
    return 8 if is_named else 0
