"""Draw the mark on every page of a TIFF: the strips or tiles under the plate are written anew, all others stay.

Knows the compressions that lose nothing (none, LZW, Deflate, PackBits), the predictor, and samples of 1 to 16 bits; refuses
the others with the reason. Pages that are a smaller copy or a mask of another get none. The strips as they were stay behind
in the file, unused.
Rules: TIFF 6.0; GB 45438-2025 5.2.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Iterator
from functools import reduce
from io import BytesIO
from itertools import accumulate
from sys import byteorder

from PIL import Image

from hegui.label.explicit.faults import cannot_decode, cannot_mark, no_contrast
from hegui.label.explicit.mark import Box, PictureMark, Stamp, Stamped
from hegui.label.explicit.palette import TwoColours, two_colours
from hegui.label.explicit.pillow import bounded
from hegui.label.explicit.plate import Plate, plate
from hegui.label.explicit.rules import number
from hegui.label.explicit.samples import Colour, Layout, paint
from hegui.label.explicit.tiff_pages import Page, Segment, Tiff

__all__ = ["stamp"]

_NONE, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS = 1, 5, 8, 32946, 32773
_COMPRESSIONS = (_NONE, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS)
_SAVED_AS = {_LZW: "tiff_lzw", _PACKBITS: "packbits"}
_COLOURS: dict[int, tuple[Colour, int]] = {
    0: ("white_is_zero", 1),
    1: ("grey", 1),
    2: ("rgb", 3),
    3: ("palette", 1),
    5: ("cmyk", 4),
}


def stamp(data: bytes, mark: PictureMark, where: str) -> Stamped:
    """The file with the mark on every page. Raises LabelError (LBL102-LBL106, LBL110)."""
    file = Tiff(data, where)
    pages = [page for page in file.pages() if not page.number(254, 0) & 5]
    if not pages:
        raise cannot_decode(where, "it has no picture")
    stamps: list[Stamp] = []
    for page in pages:
        width, height = page.size
        bounded(width, height, where, frames=len(pages))
        layout = _layout(page, where)
        turned = page.number(274, 1)
        one = plate(width, height, mark, where, orientation=turned if turned in range(1, 9) else 1)
        stamps.append(one.stamp(len(stamps), _drawn(page, layout, one, where)))
    return Stamped(bytes(file.data), "tiff", tuple(stamps))


def _layout(page: Page, where: str) -> Layout:
    """How the samples lie. Raises LabelError (LBL106) for what cannot be drawn on."""
    bits, count = page.numbers(258, (1,)), page.number(277, 1)
    colour, channels = _COLOURS.get(page.number(262, -1), ("grey", 0))
    if page.number(259, 1) not in _COMPRESSIONS:
        raise cannot_mark(where, f"its compression ({page.number(259, 1)}) is not handled")
    is_plain = page.number(284, 1) == 1 or count == 1
    is_integer = set(page.numbers(339, (1,))) == {1} and page.number(266, 1) == 1
    if not channels or count < channels or not is_plain or not is_integer:
        raise cannot_mark(where, "its samples are of a kind that is not handled")
    if len(set(bits)) != 1 or bits[0] not in (1, 2, 4, 8, 16) or (bits[0] < 8 and count > 1) or count > 32:
        raise cannot_mark(where, "its samples are of a kind that is not handled")
    if (colour == "palette" and bits[0] == 16) or (page.number(317, 1) != 1 and bits[0] < 8) or page.number(317, 1) > 2:
        raise cannot_mark(where, "its samples are of a kind that is not handled")
    return Layout(colour, bits[0], count - channels, page.file.order == ">")


def _drawn(page: Page, layout: Layout, one: Plate, where: str) -> float:
    """Draw on the segments that the plate meets, all together; the contrast."""
    segments = [segment for segment in page.segments() if segment.box.meets(one.stored)]
    if not segments:
        raise cannot_decode(where, "its strips have no place")
    whole = reduce(Box.with_, (segment.box for segment in segments))
    bounded(whole.width, whole.height, where)
    stride = layout.row_bytes(whole.width)
    rows = bytearray(stride * whole.height)
    for segment in segments:
        width = layout.row_bytes(segment.box.width)
        data = _rows(page, segment, width, layout, where)
        for row, at in _places(segment.box, whole, stride, layout):
            rows[at : at + width] = data[row * width : (row + 1) * width]
    found = paint(rows, stride, whole, layout, one, where, _two(page, layout, where))
    for segment in segments:
        width = layout.row_bytes(segment.box.width)
        data = b"".join(rows[at : at + width] for _, at in _places(segment.box, whole, stride, layout))
        page.exchange(segment, _packed(page, data, width, layout))
    return found


def _places(box: Box, whole: Box, stride: int, layout: Layout) -> Iterator[tuple[int, int]]:
    """Each row of a segment, and where it stands among the rows of all; tiles begin at whole bytes."""
    left = (box.left - whole.left) * layout.channels * layout.bits // 8
    for row in range(box.height):
        yield row, (box.top - whole.top + row) * stride + left


def _two(page: Page, layout: Layout, where: str) -> TwoColours | None:
    if layout.colour != "palette":
        return None
    table = page.numbers(320)
    count = 1 << layout.bits
    if len(table) != 3 * count:
        raise cannot_decode(where, "its colour table has a wrong length")
    colours = bytes(table[channel * count + entry] >> 8 for entry in range(count) for channel in range(3))
    two = two_colours(colours, lambda: range(count), (), count).two
    least = number("picture.least_contrast")
    if two.contrast < least:
        raise no_contrast(where, two.contrast, least)
    return two


def _rows(page: Page, segment: Segment, stride: int, layout: Layout, where: str) -> bytes:
    """The samples of a segment. Raises LabelError (LBL105)."""
    coded = bytes(page.file.data[segment.at : segment.at + segment.size])
    size = stride * segment.box.height
    bounded(stride, segment.box.height, where)
    compression = page.number(259, 1)
    if compression == _NONE:
        rows = coded[:size]
    elif compression in (_DEFLATE, _OLD_DEFLATE):
        rows = zlib.decompressobj().decompress(coded, size)
    else:
        with Image.open(BytesIO(_wrapped(coded, stride, segment.box.height, compression)), formats=["TIFF"]) as image:
            rows = image.tobytes()
    if len(rows) != size:
        raise cannot_decode(where, "it ends early")
    return _summed(rows, stride, layout) if page.number(317, 1) == 2 else rows


def _packed(page: Page, rows: bytes | bytearray, stride: int, layout: Layout) -> bytes:
    """A segment's bytes again."""
    compression = page.number(259, 1)
    data = _differences(rows, stride, layout) if page.number(317, 1) == 2 else bytes(rows)
    if compression == _NONE:
        return data
    if compression in (_DEFLATE, _OLD_DEFLATE):
        return zlib.compress(data, 6)
    out = BytesIO()
    height = len(data) // stride
    image = Image.frombytes("L", (stride, height), data)
    image.save(out, "TIFF", compression=_SAVED_AS[compression], tiffinfo={278: height})
    file = Tiff(out.getvalue(), "")
    strip = next(file.pages()[0].segments())
    return bytes(file.data[strip.at : strip.at + strip.size])


def _wrapped(coded: bytes, width: int, height: int, compression: int) -> bytes:
    """A TIFF of one strip of bytes."""
    tags = (
        (256, width),
        (257, height),
        (258, 8),
        (259, compression),
        (262, 1),
        (273, 8 + 2 + 9 * 12 + 4),
        (277, 1),
        (278, height),
    )
    entries = [*tags, (279, len(coded))]
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + body + bytes(4) + coded


def _words(data: bytes | bytearray, layout: Layout) -> array[int]:
    """The samples as numbers."""
    words = array("H" if layout.bits == 16 else "B", bytes(data))
    if layout.bits == 16 and layout.is_big_endian != (byteorder == "big"):
        words.byteswap()
    return words


def _bytes(words: array[int], layout: Layout) -> bytes:
    if layout.bits == 16 and layout.is_big_endian != (byteorder == "big"):
        words.byteswap()
    return words.tobytes()


def _summed(rows: bytes, stride: int, layout: Layout) -> bytes:
    """The samples from their differences to the pixel on the left."""
    out, most, step = bytearray(), (1 << layout.bits) - 1, layout.channels
    for at in range(0, len(rows), stride):
        words = _words(rows[at : at + stride], layout)
        for channel in range(step):
            words[channel::step] = array(words.typecode, (value & most for value in accumulate(words[channel::step])))
        out += _bytes(words, layout)
    return bytes(out)


def _differences(rows: bytes | bytearray, stride: int, layout: Layout) -> bytes:
    """The differences of the samples to the pixel on the left."""
    out, most, step = bytearray(), (1 << layout.bits) - 1, layout.channels
    for at in range(0, len(rows), stride):
        words = _words(rows[at : at + stride], layout)
        before = array(words.typecode, [0] * step) + words[:-step]
        out += _bytes(array(words.typecode, (a - b & most for a, b in zip(words, before, strict=True))), layout)
    return bytes(out)
