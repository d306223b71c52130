"""Draw a plate into raw rows of samples, whatever their colours and depth, and touch no sample beside it.

Knows how PNG, TIFF, BMP and GIF lay samples out: grey, colour, palette or CMYK, with or without alpha, 1 to 16 bits; knows no
compression and no container. Where colours are few (palette, CMYK, less than 8 bits) the plate is opaque and its letters have
hard edges.
Rules: PNG (ISO/IEC 15948) 7.2 and TIFF 6 for the order of bits and bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import Image

from hegui.label.explicit.mark import Box
from hegui.label.explicit.palette import TwoColours
from hegui.label.explicit.plate import Plate, drawn, luminance, ratio

__all__ = ["Layout", "paint"]

Colour = Literal["grey", "white_is_zero", "rgb", "bgr", "palette", "cmyk"]
_CHANNELS = {"grey": 1, "white_is_zero": 1, "palette": 1, "rgb": 3, "bgr": 3, "cmyk": 4}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the samples of a row lie.

    Attributes:
        colour: what the samples mean.
        bits: of a sample: 1, 2, 4, 8 or 16; less than 8 with one channel only.
        extra: channels after the colour; they are made opaque (all bits set).
        is_big_endian: the order of bytes of 16-bit samples.
        clear: samples of a colour that counts as transparent, in the file's own values; the plate stays clear of it.
    """

    colour: Colour
    bits: int = 8
    extra: int = 0
    is_big_endian: bool = True
    clear: tuple[int, ...] = ()

    @property
    def channels(self) -> int:
        """Samples of a pixel."""
        return _CHANNELS[self.colour] + self.extra

    def row_bytes(self, width: int) -> int:
        """Bytes of a row of so many pixels."""
        return (width * self.channels * self.bits + 7) // 8


def paint(
    rows: bytearray, stride: int, box: Box, layout: Layout, plate: Plate, where: str, two: TwoColours | None = None
) -> float:
    """Draw the part of the plate that lies in `box`.

    Args:
        rows: samples; changed in place.
        stride: bytes from a row to the next.
        box: where these rows lie in the stored picture.
        layout: how the samples lie.
        plate: what to draw.
        two: the palette's two colours, where there is a palette.
    Returns:
        The contrast; that of the whole plate only if the box holds it.
    Raises:
        LabelError: the contrast is too low (LBL110).
    """
    left, top = max(box.left, plate.stored.left), max(box.top, plate.stored.top)
    right, bottom = min(box.right, plate.stored.right), min(box.bottom, plate.stored.bottom)
    part = plate.letters.crop(
        (left - plate.stored.left, top - plate.stored.top, right - plate.stored.left, bottom - plate.stored.top)
    )
    at = Box(left - box.left, top - box.top, right - left, bottom - top)
    if layout.bits < 8:
        return _few_bits(rows, stride, at, layout, part, two)
    step = layout.channels * layout.bits // 8
    spans = [slice(y * stride + at.left * step, y * stride + at.right * step) for y in range(at.top, at.bottom)]
    if layout.colour in ("palette", "cmyk"):
        drawn_bytes, found = _hard(layout, part, two)
    else:
        under = b"".join(rows[span] for span in spans)
        drawn_bytes, found = _blended(layout, part, under, plate._replace(letters=part), where)
    for number, span in enumerate(spans):
        rows[span] = drawn_bytes[number * at.width * step : (number + 1) * at.width * step]
    return found


def _blended(layout: Layout, letters: Image.Image, under: bytes, plate: Plate, where: str) -> tuple[bytes, float]:
    """Grey and colour of 8 or 16 bits."""
    wide = layout.bits // 8
    high = 0 if layout.is_big_endian else wide - 1
    planes = [under[channel * wide + high :: layout.channels * wide] for channel in range(layout.channels)]
    colours = planes[: _CHANNELS[layout.colour]]
    if layout.colour == "white_is_zero":
        colours = [bytes(255 - value for value in colours[0])]
    images = [Image.frombytes("L", letters.size, plane) for plane in colours]
    picture = images[0] if len(images) == 1 else Image.merge("RGB", images[::-1] if layout.colour == "bgr" else images)
    is_clear = any(plane.strip(b"\xff") for plane in planes[len(colours) :])
    painted, found = drawn(picture, plate, where, is_opaque=is_clear or bool(layout.clear))
    result = [band.tobytes() for band in (painted.split() if len(images) > 1 else (painted.convert("L"),))]
    if layout.colour == "bgr":
        result.reverse()
    if layout.colour == "white_is_zero":
        result = [bytes(255 - value for value in result[0])]
    result = _off(result, layout)
    out = bytearray(len(under))
    for channel in range(layout.channels):
        plane = result[channel] if channel < len(result) else b"\xff" * len(result[0])
        for byte in range(wide):
            out[channel * wide + byte :: layout.channels * wide] = plane
    return bytes(out), found


def _off(planes: list[bytes], layout: Layout) -> list[bytes]:
    """The planes without the colour that counts as transparent: its first channel is moved by one step."""
    scale = 257 if layout.bits == 16 else 1
    if not layout.clear or any(value % scale for value in layout.clear):
        return planes
    clear = bytes(value // scale for value in layout.clear)
    moved = clear[0] + 1 if clear[0] < 255 else 254
    first = bytearray(planes[0])
    for at, pixel in enumerate(zip(*planes, strict=True)):
        if bytes(pixel) == clear:
            first[at] = moved
    return [bytes(first), *planes[1:]]


def _hard(layout: Layout, letters: Image.Image, two: TwoColours | None) -> tuple[bytes, float]:
    """Palette and CMYK: two values, nothing between them."""
    bits = layout.bits // 8
    if layout.colour == "cmyk":
        ink, ground, found = b"\x00" * 4 * bits, b"\x00" * 3 * bits + b"\xff" * bits, 21.0
    else:
        assert two is not None
        ink, ground, found = bytes([two.light]), bytes([two.dark]), two.contrast
    tail = b"\xff" * layout.extra * bits
    return b"".join((ground if value < 128 else ink) + tail for value in letters.tobytes()), found


def _few_bits(
    rows: bytearray, stride: int, at: Box, layout: Layout, letters: Image.Image, two: TwoColours | None
) -> float:
    """Pixels that share a byte, of grey or a palette."""
    most = (1 << layout.bits) - 1
    if two is not None:
        light, dark, found = two.light, two.dark, two.contrast
    else:
        light, dark, found = (0, most, 21.0) if layout.colour == "white_is_zero" else (most, 0, 21.0)
        light, dark, found = _beside(light, dark, most, layout, found)
    values = letters.tobytes()
    for y in range(at.height):
        for x in range(at.width):
            bit = (at.left + x) * layout.bits
            place, shift = (at.top + y) * stride + bit // 8, 8 - layout.bits - bit % 8
            value = light if values[y * at.width + x] >= 128 else dark
            rows[place] = rows[place] & ~(most << shift) & 0xFF | value << shift
    return found


def _beside(light: int, dark: int, most: int, layout: Layout, found: float) -> tuple[int, int, float]:
    """The two greys, moved off one that counts as transparent."""
    if not layout.clear or most < 3 or layout.clear[0] not in (light, dark):
        return light, dark, 1.0 if layout.clear and layout.clear[0] in (light, dark) else found
    step = 1 if layout.clear[0] == min(light, dark) else -1
    light, dark = (light + step, dark) if layout.clear[0] == light else (light, dark + step)
    greys = [luminance([value * 255 // most] * 3) for value in (light, dark)]
    return light, dark, ratio(*greys)
