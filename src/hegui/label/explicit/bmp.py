"""Draw the mark on a BMP, in its rows as they are.

Knows the uncompressed kinds of 1 to 32 bits; refuses the others. BMP has no place for metadata, so the visible mark is the
only label it can bear.
Rules: BITMAPINFOHEADER and its successors (Microsoft); GB 45438-2025 5.2.
"""

from __future__ import annotations

import struct

from hegui.label.explicit.faults import cannot_decode, cannot_mark, no_contrast
from hegui.label.explicit.mark import Box, PictureMark, Stamped
from hegui.label.explicit.palette import TwoColours, two_colours
from hegui.label.explicit.pillow import bounded
from hegui.label.explicit.plate import plate
from hegui.label.explicit.rules import number
from hegui.label.explicit.samples import Layout, paint

__all__ = ["stamp"]

_MASKS = (0xFF0000, 0xFF00, 0xFF)


def stamp(data: bytes, mark: PictureMark, where: str) -> Stamped:
    """The file with the mark. Raises LabelError (LBL102-LBL106, LBL110)."""
    if len(data) < 54:
        raise cannot_decode(where, "it ends early")
    start, size, width, signed, _, bits, compression = struct.unpack_from("<IIiiHHI", data, 10)
    if size < 40 or bits not in (1, 4, 8, 24, 32) or compression not in (0, 3):
        raise cannot_mark(where, "it is a BMP of a kind that is not handled")
    if compression == 3 and (bits != 32 or struct.unpack_from("<III", data.ljust(66, b"\x00"), 54) != _MASKS):
        raise cannot_mark(where, "it is a BMP of a kind that is not handled")
    height = abs(signed)
    bounded(width, height, where)
    stride = (width * bits + 31) // 32 * 4
    if start + stride * height > len(data):
        raise cannot_decode(where, "it ends early")
    layout = Layout("bgr", 8, 1 if bits == 32 else 0) if bits >= 24 else Layout("palette", bits)
    one = plate(width, height, mark, where)
    two = _two(data, 14 + size, start, bits, where) if layout.colour == "palette" else None
    places = [
        start + stride * (row if signed < 0 else height - 1 - row) for row in range(one.stored.top, one.stored.bottom)
    ]
    rows = bytearray(b"".join(data[at : at + stride] for at in places))
    found = paint(rows, stride, Box(0, one.stored.top, width, one.stored.height), layout, one, where, two)
    out = bytearray(data)
    for number_, at in enumerate(places):
        out[at : at + stride] = rows[number_ * stride : (number_ + 1) * stride]
    return Stamped(bytes(out), "bmp", (one.stamp(0, found),))


def _two(data: bytes, at: int, end: int, bits: int, where: str) -> TwoColours:
    """Two entries of the colour table, which has four bytes an entry, blue first."""
    table = data[at : min(end, at + (4 << bits))]
    colours = b"".join(table[place : place + 3][::-1] for place in range(0, len(table) // 4 * 4, 4))
    two = two_colours(colours, lambda: range(1 << bits), (), 1 << bits).two
    least = number("picture.least_contrast")
    if two.contrast < least:
        raise no_contrast(where, two.contrast, least)
    return two
