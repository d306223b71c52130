"""Walk the segments of a JPEG, from SOI to EOI, and put one together.

Knows markers and lengths, and that coded data follow SOS; knows the content of no segment, and keeps none of the coded data:
they are run through for the next marker, which is the only way to find where a picture ends.
Works for baseline, progressive, lossless and JPEG-LS pictures alike; a segment that reaches past the file is a fault.
Rules: ITU-T T.81 annex B (markers, segments, fill bytes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError

__all__ = [
    "APP0",
    "APP1",
    "APP2",
    "APP11",
    "COM",
    "EOI",
    "MAX_PAYLOAD",
    "SOI",
    "SOS",
    "Segment",
    "segment_bytes",
    "segments",
]

SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP1, APP2, APP11, APP15 = 0xE0, 0xE1, 0xE2, 0xEB, 0xEF
MAX_PAYLOAD = 65_533
"""Bytes a segment may hold besides marker and length."""
MAX_SEGMENTS = 100_000
MAX_SCANS = 1_000
_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd8-\xfe])")


class Segment(NamedTuple):
    """One segment.

    Attributes:
        marker: the byte after 0xFF.
        at: where its marker begins.
        end: the byte after it; coded data after SOS do not count.
    """

    marker: int
    at: int
    end: int

    @property
    def data_at(self) -> int:
        """Where its content begins, after marker and length."""
        return self.at + 4

    @property
    def is_app(self) -> bool:
        """Whether it is one of APP0 to APP15."""
        return APP0 <= self.marker <= APP15


def segments(source: Source) -> Iterator[Segment]:
    """Every segment after SOI up to and with EOI. Raises MalformedError."""
    if source.up_to(0, 2) != b"\xff\xd8":
        raise MalformedError("this is no JPEG", 0)
    at, scans = 2, 0
    for _ in range(MAX_SEGMENTS):
        head = source.at(at, 2)
        while head == b"\xff\xff":
            at += 1
            head = source.at(at, 2)
        if head[0] != 0xFF or head[1] < 0xC0:
            raise MalformedError("a marker is missing", at)
        if head[1] == EOI:
            yield Segment(EOI, at, at + 2)
            return
        length = int.from_bytes(source.at(at + 2, 2), "big")
        if length < 2 or head[1] == SOI:
            raise MalformedError("a segment has no length", at)
        segment = Segment(head[1], at, at + 2 + length)
        if segment.end > source.size:
            raise TruncatedError("the file ends within a segment", at)
        yield segment
        scans += segment.marker == SOS
        if scans > MAX_SCANS:
            raise TooMuchError("there are too many scans", at)
        at = _after_scan(source, segment.end) if segment.marker == SOS else segment.end
    raise TooMuchError("there are too many segments", at)


def _after_scan(source: Source, start: int) -> int:
    """Where the first marker after coded data stands; 0xFF00 and the restart markers are part of them."""
    at, carry = start, b""
    for piece in source.pieces(start, source.size):
        data = carry + piece
        match = _MARKER.search(data)
        if match is not None:
            return at - len(carry) + match.start()
        at += len(piece)
        carry = data[-1:]
    raise TruncatedError("the file ends within the picture", source.size)


def segment_bytes(marker: int, data: bytes) -> bytes:
    """A segment of at most MAX_PAYLOAD bytes.

    >>> segment_bytes(COM, b"hi").hex()
    'fffe00046869'
    """
    return bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2, "big") + data
