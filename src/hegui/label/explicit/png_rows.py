"""One picture of a PNG: take its rows out of the filters, draw, and filter again only what has changed.

Knows zlib streams, filters and interlacing; knows no chunks. A decoder is asked for rows as bytes: under a header of the same
bytes a pixel it does not reduce, so that 16 bits stay 16. Rows that the mark does not touch keep their filtered bytes.
Rules: PNG (ISO/IEC 15948) 7 to 9.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageChops

from hegui.label.explicit.faults import animation_would_blink, cannot_decode
from hegui.label.explicit.mark import Box
from hegui.label.explicit.palette import TwoColours
from hegui.label.explicit.plate import Plate
from hegui.label.explicit.samples import Layout, paint

__all__ = ["SIGNATURE", "Header", "Rows", "chunk", "entries", "redrawn"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR = {0: ("grey", 0), 2: ("rgb", 0), 3: ("palette", 0), 4: ("grey", 1), 6: ("rgb", 1)}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_UNREDUCED = {1: (8, 0), 2: (8, 4), 3: (8, 2), 4: (8, 6), 6: (16, 2), 8: (16, 6)}
"""Bytes of a pixel → depth and colour type under which a decoder gives these bytes back."""
_UP = 2


@dataclass(frozen=True, slots=True)
class Header:
    """What IHDR says."""

    width: int
    height: int
    depth: int
    colour: int
    is_interlaced: bool

    @classmethod
    def of(cls, data: bytes, where: str) -> Header:
        """Raises LabelError (LBL105) for what the format does not have."""
        if len(data) != 13:
            raise cannot_decode(where, "its header has a wrong length")
        width, height, depth, colour, method, filtering, interlace = struct.unpack(">IIBBBBB", data)
        if depth not in _DEPTHS.get(colour, ()) or method or filtering or interlace > 1:
            raise cannot_decode(where, "its header names what PNG does not have")
        return cls(width, height, depth, colour, bool(interlace))

    def layout(self, clear: tuple[int, ...] = ()) -> Layout:
        """How the samples lie."""
        colour, extra = _COLOUR[self.colour]
        return Layout(colour, self.depth, extra, clear=clear)  # type: ignore[arg-type]  # a literal in the table

    def packed(self) -> bytes:
        """IHDR without interlacing."""
        return struct.pack(">IIBBBBB", self.width, self.height, self.depth, self.colour, 0, 0, 0)


class Rows(NamedTuple):
    """The filtered rows of a picture or frame.

    Attributes:
        stream: the zlib stream.
        box: its place in the picture.
    """

    stream: bytes
    box: Box


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk with its length and check sum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def redrawn(
    rows: Rows,
    target: Box,
    header: Header,
    layout: Layout,
    plate: Plate,
    where: str,
    two: TwoColours | None,
    blank: bytes,
) -> tuple[bytes, float | None]:
    """The stream with the plate drawn, for the box `target`, and the contrast where it was drawn whole.

    Args:
        blank: a transparent pixel, to fill what `target` has more; b"" where there is none.
    Raises:
        LabelError: damaged (LBL105), no contrast (LBL110), no transparent pixel to grow with (LBL109).
    """
    if not rows.box.meets(plate.stored) and target == rows.box:
        return rows.stream, None
    width, height = rows.box.width, rows.box.height
    stride = layout.row_bytes(width)
    filtered = _inflated(rows.stream, _size(width, height, layout, header), where)
    first, last = 0, height
    if target == rows.box and not header.is_interlaced:
        first = max(0, plate.stored.top - target.top)
        last = min(height, plate.stored.bottom - target.top)
    plain = bytearray(_plain(rows.stream, filtered, width, min(height, last + 1), height, header, layout, where))
    if target != rows.box:
        plain, stride, last = (
            _moved(plain, rows.box, target, layout, blank, where),
            layout.row_bytes(target.width),
            target.height,
        )
    found = paint(plain, stride, target, layout, plate, where, two)
    until = min(target.height, last + 1)
    head, tail = filtered[: first * (stride + 1)], filtered[until * (stride + 1) :]
    if target != rows.box or header.is_interlaced:
        head = tail = b""
    new = _filtered(plain, stride, first, until, layout)
    return zlib.compress(b"".join((head, new, tail)), 6), found if target.holds(plate.stored) else None


def entries(rows: Rows, header: Header, where: str) -> set[int]:
    """The palette entries that pixels use."""
    layout = header.layout()
    width, height = rows.box.width, rows.box.height
    filtered = _inflated(rows.stream, _size(width, height, layout, header), where)
    plain = _plain(rows.stream, filtered, width, height, height, header, layout, where)
    image = Image.frombytes("P", (width, height), bytes(plain), "raw", "P" if layout.bits == 8 else f"P;{layout.bits}")
    return {entry for entry, count in enumerate(image.histogram()) if count}


def _size(width: int, height: int, layout: Layout, header: Header) -> int:
    """Bytes of the filtered rows."""
    if not header.is_interlaced:
        return (layout.row_bytes(width) + 1) * height
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    sizes = (((width - x + dx - 1) // dx, (height - y + dy - 1) // dy) for x, y, dx, dy in passes)
    return sum((layout.row_bytes(across) + 1) * down for across, down in sizes if across > 0)


def _inflated(stream: bytes, size: int, where: str) -> bytes:
    """Exactly so many bytes, however many the stream may hold."""
    try:
        data = zlib.decompressobj().decompress(stream, size)
    except zlib.error as error:
        raise cannot_decode(where, "its pixels are damaged") from error
    if len(data) != size:
        raise cannot_decode(where, "it ends early")
    return data


def _plain(
    stream: bytes, filtered: bytes, width: int, needed: int, height: int, header: Header, layout: Layout, where: str
) -> bytes:
    """The first `needed` rows without their filters."""
    stride, bits = layout.row_bytes(width), layout.bits * layout.channels
    if not header.is_interlaced:
        step = max(1, bits // 8)
        rows = zlib.compress(filtered[: (stride + 1) * needed], 0)
        return _decoded(rows, stride // step, needed, step, 0, where)
    if bits >= 8:
        return _decoded(stream, width, height, bits // 8, 1, where)
    header_ = struct.pack(">IIBBBBB", width, height, bits, 3, 0, 0, 1)
    palette = chunk(b"PLTE", bytes(3 << bits))
    with Image.open(BytesIO(_file(header_, palette, stream)), formats=["PNG"]) as image:
        return image.tobytes("raw", f"P;{bits}")


def _decoded(stream: bytes, width: int, height: int, step: int, interlace: int, where: str) -> bytes:
    depth, colour = _UNREDUCED[step]
    data = _file(struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace), b"", stream)
    if depth == 8:
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            return image.tobytes()
    mode = "RGB" if colour == 2 else "RGBA"
    out = bytearray(width * height * step)
    for byte, order in enumerate("BL"):  # the high byte of a sample is what big endian keeps, the low one little endian
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            image.tile = [one._replace(args=f"{mode};16{order}") for one in image.tile]
            half = image.tobytes()
        for channel in range(len(mode)):
            out[2 * channel + byte :: step] = half[channel :: len(mode)]
    if len(out) != width * height * step:
        raise cannot_decode(where, "it ends early")
    return bytes(out)


def _file(header: bytes, palette: bytes, stream: bytes) -> bytes:
    return SIGNATURE + chunk(b"IHDR", header) + palette + chunk(b"IDAT", stream) + chunk(b"IEND", b"")


def _moved(plain: bytes | bytearray, box: Box, target: Box, layout: Layout, blank: bytes, where: str) -> bytearray:
    """The rows on a larger box, blank around them."""
    step = layout.channels * layout.bits // 8
    if len(blank) != step:
        raise animation_would_blink(where, 0)
    stride, wide = box.width * step, target.width * step
    out = bytearray(blank * (target.width * target.height))
    for row in range(box.height):
        at = (box.top - target.top + row) * wide + (box.left - target.left) * step
        out[at : at + stride] = plain[row * stride : (row + 1) * stride]
    return out


def _filtered(plain: bytes | bytearray, stride: int, first: int, until: int, layout: Layout) -> bytes:
    """Rows `first` to `until` under a filter again: none for palettes, else the difference to the row above."""
    count = until - first
    if layout.colour == "palette" or layout.bits < 8:
        lines = bytes(plain[first * stride : until * stride])
        return b"".join(b"\x00" + lines[row * stride : (row + 1) * stride] for row in range(count))
    above = (
        bytes(plain[(first - 1) * stride : (until - 1) * stride])
        if first
        else bytes(stride) + bytes(plain[: (until - 1) * stride])
    )
    images = [
        Image.frombytes("L", (stride, count), data) for data in (bytes(plain[first * stride : until * stride]), above)
    ]
    lines = ImageChops.subtract_modulo(*images).tobytes()
    return b"".join(bytes([_UP]) + lines[row * stride : (row + 1) * stride] for row in range(count))
