"""Draw the mark on PNG and APNG: the rows under the plate are written anew, every other row stays as it was filtered.

Knows chunks and the frames of APNG. Every other chunk is copied, so that metadata and a label in them stay; data behind the
end stay too. An interlaced picture becomes one that is not.
Rules: PNG (ISO/IEC 15948), APNG (PNG third edition).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hegui.label.explicit.faults import cannot_decode, no_contrast, too_large
from hegui.label.explicit.frames import Dispose, Frame, grown
from hegui.label.explicit.mark import Box, PictureMark, Stamp, Stamped
from hegui.label.explicit.palette import Palette, two_colours
from hegui.label.explicit.pillow import bounded
from hegui.label.explicit.plate import Plate, plate
from hegui.label.explicit.png_rows import SIGNATURE, Header, Rows, chunk, entries, redrawn
from hegui.label.explicit.rules import number

__all__ = ["stamp"]

_MOST_CHUNKS = 200_000
_DISPOSE: dict[int, Dispose] = {0: "keep", 1: "clear", 2: "previous"}


class Chunk(NamedTuple):
    """One chunk."""

    kind: bytes
    data: bytes


@dataclass(slots=True)
class Part:
    """The default image or a frame.

    Attributes:
        box: its place in the picture.
        control: its fcTL; b"" for a default image that is no frame.
        pieces: its compressed rows.
    """

    box: Box
    control: bytes = b""
    pieces: list[bytes] = field(default_factory=list)

    @property
    def rows(self) -> Rows:
        """What there is to draw on."""
        return Rows(b"".join(self.pieces), self.box)


def stamp(data: bytes, mark: PictureMark, where: str, orientation: int) -> Stamped:
    """The file with the mark on its picture and all its frames. Raises LabelError (LBL102-LBL105, LBL109, LBL110)."""
    chunks, tail = _chunks(data, where)
    header = Header.of(chunks[0].data, where)
    bounded(header.width, header.height, where)
    parts = _parts(chunks, header, where)
    bounded(header.width, header.height, where, frames=len(parts))
    one = plate(header.width, header.height, mark, where, orientation=orientation)
    palette = _palette(chunks, header, parts, where)
    boxes = _boxes(parts, one, where)
    streams: list[bytes] = []
    stamps: list[Stamp] = []
    found = 0.0
    for part, box in zip(parts, boxes, strict=True):
        layout = header.layout(_clear(chunks, header))
        two = palette.two if palette else None
        stream, seen = redrawn(part.rows, box, header, layout, one, where, two, _blank(chunks, header))
        found = seen or found
        streams.append(stream)
        stamps.append(one.stamp(len(stamps), found))
    body = b"".join(_rebuilt(chunks, header, parts, boxes, streams, palette))
    return Stamped(SIGNATURE + body + tail, "png", tuple(stamps))


def _chunks(data: bytes, where: str) -> tuple[list[Chunk], bytes]:
    """All chunks to IEND, and what lies behind."""
    found: list[Chunk] = []
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size > len(data) - at - 12:
            break
        found.append(Chunk(kind, data[at + 8 : at + 8 + size]))
        at += 12 + size
        if found[0].kind != b"IHDR":
            break
        if kind == b"IEND":
            return found, data[at:]
        if len(found) > _MOST_CHUNKS:
            raise too_large(where, "too many chunks")
    raise cannot_decode(where, "it ends early")


def _parts(chunks: list[Chunk], header: Header, where: str) -> list[Part]:
    """The default image first, then the frames in order."""
    parts = [Part(Box(0, 0, header.width, header.height))]
    control = b""
    for kind, data in chunks:
        if kind == b"fcTL":
            control = data
            if parts[0].pieces:
                parts.append(Part(_box(data, header, where), data))
        elif kind == b"IDAT":
            if not parts[0].pieces and control:
                parts[0] = Part(_box(control, header, where), control)
            parts[0].pieces.append(data)
        elif kind == b"fdAT":
            parts[-1].pieces.append(data[4:])
    if not all(part.pieces for part in parts):
        raise cannot_decode(where, "a frame has no pixels")
    return parts


def _box(control: bytes, header: Header, where: str) -> Box:
    if len(control) != 26:
        raise cannot_decode(where, "a frame has no place")
    width, height, left, top = struct.unpack_from(">IIII", control, 4)
    box = Box(left, top, width, height)
    if not width or not height or not Box(0, 0, header.width, header.height).holds(box):
        raise cannot_decode(where, "a frame lies outside the picture")
    return box


def _boxes(parts: list[Part], one: Plate, where: str) -> list[Box]:
    """What each part must cover so that the mark is always there."""
    still = [part.box for part in parts if not part.control]
    frames = [Frame(part.box, _DISPOSE.get(part.control[24], "keep")) for part in parts if part.control]
    return still + grown(frames, one.stored, where)


def _first(chunks: list[Chunk], kind: bytes) -> bytes:
    return next((chunk.data for chunk in chunks if chunk.kind == kind), b"")


def _clear(chunks: list[Chunk], header: Header) -> tuple[int, ...]:
    """The colour that counts as transparent, in the samples' own values."""
    data = _first(chunks, b"tRNS")
    count = {0: 1, 2: 3}.get(header.colour, 0)
    return struct.unpack(f">{count}H", data[: 2 * count]) if count and len(data) >= 2 * count else ()


def _blank(chunks: list[Chunk], header: Header) -> bytes:
    """The bytes of a transparent pixel; b"" where there is none, or where pixels share a byte."""
    if header.depth < 8:
        return b""
    if header.colour == 3:
        entry = _first(chunks, b"tRNS").find(b"\x00")
        return bytes([entry]) if entry >= 0 else b""
    size = header.layout().channels * header.depth // 8
    if header.colour in (4, 6):
        return bytes(size)
    clear = _clear(chunks, header)
    return b"".join(value.to_bytes(header.depth // 8) for value in clear if value >> header.depth == 0)


def _palette(chunks: list[Chunk], header: Header, parts: list[Part], where: str) -> Palette | None:
    """The palette with two entries to draw with, None for a picture without one."""
    if header.colour != 3:
        return None
    alphas = _first(chunks, b"tRNS")
    clear = [entry for entry, alpha in enumerate(alphas) if alpha < 255]
    colours = _first(chunks, b"PLTE")[: 3 << header.depth]

    def used() -> set[int]:
        return set().union(*(entries(part.rows, header, where) for part in parts))

    found = two_colours(colours[: len(colours) // 3 * 3], used, clear, 1 << header.depth)
    least = number("picture.least_contrast")
    if found.two.contrast < least:
        raise no_contrast(where, found.two.contrast, least)
    return found


def _rebuilt(
    chunks: list[Chunk],
    header: Header,
    parts: list[Part],
    boxes: list[Box],
    streams: list[bytes],
    palette: Palette | None,
) -> Iterator[bytes]:
    at = sequence = 0
    is_written = [False] * len(parts)
    for kind, data in chunks:
        if kind == b"IHDR":
            yield chunk(kind, header.packed())
        elif kind == b"PLTE" and palette:
            yield chunk(kind, palette.colours)
        elif kind == b"fcTL":
            at = at + 1 if is_written[0] else 0
            left, top, width, height = boxes[at]
            yield chunk(kind, struct.pack(">IIIII", sequence, width, height, left, top) + data[20:])
            sequence += 1
        elif kind in (b"IDAT", b"fdAT"):
            if not is_written[at]:
                yield chunk(kind, streams[at] if kind == b"IDAT" else struct.pack(">I", sequence) + streams[at])
                sequence += kind == b"fdAT"
            is_written[at] = True
        else:
            yield chunk(kind, data)
