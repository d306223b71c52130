"""The segments of a JPEG: what stands before the picture, where it ends, and what lies behind.

Knows markers and lengths; decodes nothing. Application segments and comments are kept byte for byte when the picture between
them is exchanged; where a file holds more than one picture (MPF) the places of the others are set right.
Rules: ITU-T T.81 Annex B; CIPA DC-007 (MPF).
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

from hegui.label.explicit.faults import cannot_decode

__all__ = ["Jpeg", "exchanged", "parsed"]

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_MOST = 10_000
_KEPT = (*range(0xE0, 0xF0), 0xFE)
_FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))


class Segment(NamedTuple):
    """A segment before the first scan."""

    at: int
    marker: int
    data: bytes


class Jpeg(NamedTuple):
    """A JPEG file.

    Attributes:
        segments: those before the first scan, in order.
        scan: offset of the first SOS marker.
        end: offset behind EOI.
        frame: marker of the frame header: 0xC0 baseline, 0xC2 progressive …; 0 where there is none.
    """

    data: bytes
    segments: tuple[Segment, ...]
    scan: int
    end: int
    frame: int

    @property
    def tail(self) -> bytes:
        """What lies behind the picture."""
        return self.data[self.end :]


def parsed(data: bytes, where: str) -> Jpeg:
    """The segments. Raises LabelError (LBL105) where the file ends before its picture does."""
    found: list[Segment] = []
    at, scan, frame = 2, 0, 0
    for _ in range(_MOST):
        match = _MARKER.search(data, at)
        if match is None:
            break
        at, marker = match.start(), data[match.start() + 1]
        if marker == 0xD9:
            if not scan:
                break
            return Jpeg(data, tuple(found), scan, at + 2, frame)
        size = int.from_bytes(data[at + 2 : at + 4])
        if size < 2 or at + 2 + size > len(data):
            break
        if marker == 0xDA:
            scan = scan or at
        elif not scan:
            found.append(Segment(at, marker, data[at : at + 2 + size]))
        frame = marker if marker in _FRAMES else frame
        at += 2 + size
    raise cannot_decode(where, "it ends early")


def exchanged(old: Jpeg, new: Jpeg) -> bytes:
    """The old file with the picture of the new one: application segments, comments and what lies behind are the old ones."""
    kept = [segment for segment in old.segments if segment.marker in _KEPT]
    tables = b"".join(segment.data for segment in new.segments if segment.marker not in _KEPT)
    head = b"\xff\xd8" + b"".join(segment.data for segment in kept)
    body = tables + new.data[new.scan : new.end]
    end = len(head) + len(body)
    out, at = [b"\xff\xd8"], 2
    for segment in kept:
        out.append(_moved(segment, at, end, old.end))
        at += len(segment.data)
    return b"".join((*out, body, old.tail))


def _moved(segment: Segment, at: int, end: int, old_end: int) -> bytes:
    """The segment; an index of several pictures has its sizes and offsets set right, one that cannot be read stays."""
    if segment.marker != 0xE2 or segment.data[4:8] != b"MPF\x00":
        return segment.data
    data, base = bytearray(segment.data), 8
    order = "<" if data[8:10] == b"II" else ">"
    try:
        entries = base + struct.unpack_from(order + "I", data, base + 4)[0]
        for row in range(struct.unpack_from(order + "H", data, entries)[0]):
            tag, _, size, offset = struct.unpack_from(order + "HHII", data, entries + 2 + 12 * row)
            if tag != 0xB002:
                continue
            struct.pack_into(order + "I", data, base + offset + 4, end)
            for picture in range(base + offset + 16, base + offset + size, 16):
                old = struct.unpack_from(order + "I", data, picture + 8)[0]
                struct.pack_into(order + "I", data, picture + 8, old + segment.at - old_end + end - at)
    except struct.error:
        return segment.data
    return bytes(data)
