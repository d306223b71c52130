"""Draw the mark on every frame of a GIF: the frames it falls on are coded anew, all other blocks stay.

Knows blocks, colour tables and how frames cover the screen; leaves the coding of pixels to Pillow, one frame at a time and as
numbers, so that no colour is merged. The plate takes two colours of the table, unused ones where none contrast; its letters
have hard edges.
Rules: GIF89a; GB 45438-2025 5.2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from hegui.label.explicit.faults import animation_would_blink, cannot_decode, cannot_mark, no_contrast, too_large
from hegui.label.explicit.frames import Dispose, Frame, grown
from hegui.label.explicit.mark import Box, PictureMark, Stamp, Stamped
from hegui.label.explicit.palette import Palette, two_colours
from hegui.label.explicit.pillow import bounded
from hegui.label.explicit.plate import Plate, plate
from hegui.label.explicit.rules import number
from hegui.label.explicit.samples import Layout, paint

__all__ = ["stamp"]

_MOST_BLOCKS = 100_000
_DISPOSE: dict[int, Dispose] = {2: "clear", 3: "previous"}
_NUMBERS = bytes(value for entry in range(256) for value in (entry, entry, entry))
"""A colour table whose colours are their own numbers."""


@dataclass(slots=True)
class Piece:
    """A frame, or the bytes between two frames.

    Attributes:
        raw: the bytes as they stand.
        box: the frame's place on the screen; None for bytes between.
        flags: of the image descriptor.
        table: the local colour table.
        coded: code size and blocks of pixels.
        dispose: what becomes of the frame.
        clear: the entry that is transparent.
    """

    raw: bytes
    box: Box | None = None
    flags: int = 0
    table: bytes = b""
    coded: bytes = b""
    dispose: Dispose = "keep"
    clear: int | None = None


def stamp(data: bytes, mark: PictureMark, where: str) -> Stamped:
    """The file with the mark on every frame. Raises LabelError (LBL102-LBL106, LBL109, LBL110)."""
    if len(data) < 13:
        raise cannot_decode(where, "it ends early")
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    bounded(width, height, where)
    shared = data[13 : 13 + (3 << (flags & 7) + 1)] if flags & 0x80 else b""
    pieces = list(_pieces(data, 13 + len(shared), where))
    frames = [piece for piece in pieces if piece.box]
    if not frames:
        raise cannot_decode(where, "it has no picture")
    one = plate(width, height, mark, where)
    boxes = grown([Frame(_box(piece), piece.dispose) for piece in frames], one.stored, where)
    pixels = {id(piece): _decoded(piece) for piece in frames if not piece.table or _box(piece).meets(one.stored)}
    common = _common(shared, frames, pixels)
    stamps: list[Stamp] = []
    for number_, (piece, box) in enumerate(zip(frames, boxes, strict=True)):
        found = stamps[-1].contrast if stamps else 0.0
        if box.meets(one.stored):
            found = _redrawn(piece, box, pixels.get(id(piece)) or _decoded(piece), common, one, where, number_)
        stamps.append(one.stamp(number_, found))
    return Stamped(_head(data, flags, common) + b"".join(piece.raw for piece in pieces), "gif", tuple(stamps))


def _box(piece: Piece) -> Box:
    assert piece.box is not None
    return piece.box


def _pieces(data: bytes, at: int, where: str) -> Iterator[Piece]:
    """The file from the global table to its end, cut at the frames."""
    start, dispose, clear, together = at, 0, -1, 0.0
    for _ in range(_MOST_BLOCKS):
        kind = data[at : at + 1]
        if kind == b"\x21":
            if data[at + 1 : at + 3] == b"\xf9\x04" and len(data) > at + 6:
                dispose, clear = data[at + 3] >> 2 & 7, data[at + 6] if data[at + 3] & 1 else -1
            at = _behind_blocks(data, at + 2, where)
        elif kind == b"\x2c" and len(data) >= at + 10:
            left, top, width, height, flags = struct.unpack_from("<HHHHB", data, at + 1)
            bounded(width, height, where)
            together += width * height
            if together > number("picture.most_pixels_together"):
                raise too_large(where, "too many frames")
            table = data[at + 10 : at + 10 + (3 << (flags & 7) + 1)] if flags & 0x80 else b""
            pixels = at + 10 + len(table)
            end = _behind_blocks(data, pixels + 1, where)
            yield Piece(data[start:at])
            frame = Piece(data[at:end], Box(left, top, width, height), flags, table, data[pixels:end])
            frame.dispose, frame.clear = _DISPOSE.get(dispose, "keep"), clear if clear >= 0 else None
            yield frame
            start = at = end
            dispose, clear = 0, -1
        elif kind == b"\x3b":
            yield Piece(data[start:])
            return
        else:
            break
    raise cannot_decode(where, "it ends early")


def _behind_blocks(data: bytes, at: int, where: str) -> int:
    while at < len(data):
        size = data[at]
        at += 1 + size
        if not size:
            return at
    raise cannot_decode(where, "it ends early")


def _decoded(piece: Piece) -> bytes:
    """The numbers of the pixels, row by row."""
    box = _box(piece)
    head = b"GIF89a" + struct.pack("<HHBBB", box.width, box.height, 0xF7, 0, 0) + _NUMBERS
    descriptor = b"\x2c" + struct.pack("<HHHHB", 0, 0, box.width, box.height, piece.flags & 0x40)
    with Image.open(BytesIO(head + descriptor + piece.coded + b"\x3b"), formats=["GIF"]) as image:
        return image.tobytes()


def _coded(pixels: bytes, box: Box) -> bytes:
    """Code size and blocks of these numbers."""
    out = BytesIO()
    Image.frombytes("L", (box.width, box.height), pixels).save(out, "GIF", optimize=False, interlace=0)
    data = out.getvalue()
    table = 3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0
    return next(piece.coded for piece in _pieces(data, 13 + table, "") if piece.box)


def _common(shared: bytes, frames: list[Piece], pixels: dict[int, bytes]) -> Palette | None:
    """The global table with two entries to draw with; None where no frame uses it."""
    users = [piece for piece in frames if not piece.table]
    if not users:
        return None
    clear = {piece.clear for piece in users if piece.clear is not None}
    return two_colours(shared, lambda: set().union(*(set(pixels[id(piece)]) for piece in users)), clear, 256)


def _redrawn(
    piece: Piece, box: Box, pixels: bytes, common: Palette | None, one: Plate, where: str, frame: int
) -> float:
    """Draw on a frame; its contrast."""
    palette = common
    if piece.table:
        clear = () if piece.clear is None else (piece.clear,)
        palette = two_colours(piece.table, lambda: set(pixels), clear, 256)
    if palette is None or not palette.colours:
        raise cannot_mark(where, "it has no colour table")
    least = number("picture.least_contrast")
    if palette.two.contrast < least:
        raise no_contrast(where, palette.two.contrast, least)
    rows = bytearray(pixels)
    if box != piece.box:
        rows = _moved(rows, _box(piece), box, piece.clear, where, frame)
    found = paint(rows, box.width, box, Layout("palette"), one, where, palette.two)
    flags = piece.flags & ~0x40
    table = b""
    if piece.table:
        table = _filled(palette.colours)
        flags = flags & ~7 | _bits(table)
    descriptor = struct.pack("<HHHHB", *box, flags)
    piece.raw = b"\x2c" + descriptor + table + _coded(bytes(rows), box)
    return found


def _moved(rows: bytearray, box: Box, target: Box, clear: int | None, where: str, frame: int) -> bytearray:
    """The frame on a larger box, transparent around it."""
    if clear is None:
        raise animation_would_blink(where, frame)
    out = bytearray(bytes([clear]) * (target.width * target.height))
    for row in range(box.height):
        at = (box.top - target.top + row) * target.width + box.left - target.left
        out[at : at + box.width] = rows[row * box.width : (row + 1) * box.width]
    return out


def _filled(colours: bytes) -> bytes:
    """The table grown to a size the format has."""
    size = 2
    while size * 3 < len(colours):
        size *= 2
    return colours.ljust(size * 3, b"\x00")


def _bits(table: bytes) -> int:
    """What the flags say about a table of this size."""
    return (len(table) // 3).bit_length() - 2


def _head(data: bytes, flags: int, common: Palette | None) -> bytes:
    """Header, screen and global table."""
    if common is None or not flags & 0x80:
        return data[: 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)]
    table = _filled(common.colours)
    return data[:10] + bytes([flags & ~7 | _bits(table)]) + data[11:13] + table
