"""The plate: white letters on a dark ground, as high as the standard asks, in a corner or at an edge.

Knows how large the text must be, where the plate goes in the picture as it is shown, and how legible it came out; knows no
file format. The font grows until the ink of the lowest glyph of both elements reaches the share of the shortest side, so that
no way of measuring finds it too small; the picture's orientation is undone, so that the mark stands upright for who looks.
Rules: GB 45438-2025 5.2; the numbers are parameters (data/explicit.yaml). Contrast: WCAG 2, relative luminance.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from math import ceil
from typing import NamedTuple, cast

from PIL import Image, ImageDraw, ImageFont

from hegui.label.explicit.faults import lacks_glyphs, no_contrast, too_small
from hegui.label.explicit.font_file import FontFile, font_file
from hegui.label.explicit.mark import SHORT, Box, PictureMark, Stamp
from hegui.label.explicit.orientation import shown_box, shown_size, stored_box, to_stored
from hegui.label.explicit.rules import number
from hegui.label.wording import AI_ELEMENT, GENERATION_ELEMENT

__all__ = [
    "Plate",
    "Size",
    "contrast",
    "drawn",
    "fades",
    "ink_rows",
    "lettered",
    "lettering",
    "luminance",
    "plate",
    "ratio",
]

_INKED = 128
"""Coverage of a pixel, of 255, from which it counts as ink."""
_PADDING, _MARGIN = 0.3, 0.3
"""Of the height of the ink: ground around the text, and distance from the edge. Taste, not law."""


class Size(NamedTuple):
    """How large a text must be set."""

    text: str
    font_px: int
    ink: int
    least_ink: int
    width: int
    height: int


class Plate(NamedTuple):
    """A plate for one picture.

    Attributes:
        size: how large the text is.
        shown: its box in the picture as shown.
        stored: its box in the rows as stored.
        letters: coverage by ink, mode L, as stored.
    """

    size: Size
    shown: Box
    stored: Box
    letters: Image.Image

    def stamp(self, frame: int, found: float) -> Stamp:
        """What is reported about it."""
        return Stamp(frame, self.shown, self.size.text, self.size.ink, self.size.least_ink, round(found, 2))


def plate(
    width: int, height: int, mark: PictureMark, where: str, *, orientation: int = 1, grid: tuple[int, int] = (1, 1)
) -> Plate:
    """The plate for a picture of this stored size.

    Args:
        width: pixels of a stored row.
        height: stored rows.
        orientation: EXIF orientation, 1 to 8.
        grid: the stored box begins and ends at multiples of these, (1, 1) for any place; only whole cells are used.
    Raises:
        LabelError: the picture is too small (LBL103), the font lacks a glyph (LBL102).
    """
    font = font_file(mark.font)
    missing = font.missing(mark.text)
    if missing:
        raise lacks_glyphs(missing)
    least = max(ceil(number("picture.height_share") * min(width, height)), int(number("picture.least_ink")))
    room = Box(0, 0, width - width % grid[0], height - height % grid[1])
    for text in dict.fromkeys((mark.text, SHORT)):
        size = _size(font, text, least)
        shown = _place(size, mark, *shown_size(width, height, orientation))
        stored = _snapped(stored_box(shown, width, height, orientation), grid, room)
        if room.width > 0 and room.height > 0 and room.holds(stored):
            shown = shown_box(stored, width, height, orientation)
            letters = to_stored(lettered(font, size, shown), orientation)
            return Plate(size, shown, stored, letters)
    raise too_small(where, width, height, f"{size.width} x {size.height}")


def drawn(under: Image.Image, one: Plate, where: str, *, is_opaque: bool = False) -> tuple[Image.Image, float]:
    """The part of a picture under the plate with the plate on it, mode RGB, and its contrast.

    Raises LabelError (LBL110) where it stays below the least contrast.
    """
    least = number("picture.least_contrast")
    found = 0.0
    for opacity in (1.0,) if is_opaque else (number("picture.opacity"), 1.0):
        ground = under.convert("RGB").point(lambda value, left=1 - opacity: round(value * left))
        painted = Image.composite(Image.new("RGB", ground.size, (255, 255, 255)), ground, one.letters)
        found = contrast(painted, one.letters)
        if found >= least:
            return painted, found
    raise no_contrast(where, found, least)


def fades(one: Plate) -> bool:
    """Whether lossy coding leaves too little of its strokes to be read over a picture that shines through."""
    return one.size.ink < number("picture.opaque_below")


def contrast(painted: Image.Image, letters: Image.Image, *, share: float = 0.0) -> float:
    """The WCAG ratio of the darkest full ink and the brightest ground: the worst a reader meets.

    Channels are taken apart, so that the figure is never above the true one.

    Args:
        painted: the plate, mode RGB.
        letters: where the ink is, mode L.
        share: of the pixels on either side, how many may be worse; lossy coding leaves ripples.
    """
    most = cast("tuple[int, int]", letters.getextrema())[1]
    full = letters.point([255 if value >= _INKED and value == most else 0 for value in range(256)])
    none = letters.point([0 if value else 255 for value in range(256)])
    darkest = _levels(painted.histogram(full), share)
    brightest = [255 - level for level in _levels(painted.histogram(none)[::-1], share)][::-1]
    return ratio(luminance(darkest), luminance(brightest))


def _levels(histogram: list[int], share: float) -> list[int]:
    """Per channel the level below which no more than this share of the pixels lie; 255 where there are no pixels."""
    found = []
    for at in range(0, len(histogram), 256):
        left = int(sum(histogram[at : at + 256]) * share)
        level = 0
        while level < 255 and left >= histogram[at + level]:
            left -= histogram[at + level]
            level += 1
        found.append(level)
    return found


def ratio(one: float, other: float) -> float:
    """The WCAG contrast ratio of two relative luminances, 1 to 21."""
    high, low = max(one, other), min(one, other)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: Iterable[int]) -> float:
    """Relative luminance of an sRGB colour, 0 to 1 (WCAG 2)."""
    parts = (value / 255 for value in colour)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lettered(font: FontFile, size: Size, box: Box) -> Image.Image:
    """The text in the middle of a box as coverage, mode L."""
    face = _face(font, size.font_px)
    left, top, right, bottom = face.getbbox(size.text)
    image = Image.new("L", (box.width, box.height), 0)
    at = ((box.width - (right - left)) // 2 - left, (box.height - (bottom - top)) // 2 - top)
    ImageDraw.Draw(image).text(at, size.text, 255, font=face)
    return image


def lettering(mark: PictureMark, least_ink: int, width: int, height: int) -> Image.Image:
    """The letters of a mark on a plate of this size, as they were drawn."""
    font = font_file(mark.font)
    return lettered(font, _size(font, mark.text, least_ink), Box(0, 0, width, height))


def ink_rows(image: Image.Image) -> int:
    """Rows from the first to the last with ink, of an image of coverage."""
    box = image.point(lambda value: 255 if value >= _INKED else 0).getbbox()
    return box[3] - box[1] if box else 0


@lru_cache(maxsize=64)
def _face(font: FontFile, font_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(font.data), font_px, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=256)
def _size(font: FontFile, text: str, least: int) -> Size:
    """The smallest font at which every glyph that counts is high enough."""
    glyphs = _that_count(text)
    font_px = least
    while (ink := min(_ink(font, glyph, font_px) for glyph in glyphs)) < least:
        font_px += max(1, (least - ink) // 2)
    left, top, right, bottom = _face(font, font_px).getbbox(text)
    padding = ceil(_PADDING * ink)
    return Size(text, font_px, ink, least, ceil(right - left) + 2 * padding, ceil(bottom - top) + 2 * padding)


def _that_count(text: str) -> str:
    """The characters of both elements whose height is measured: Chinese ones and capitals; small letters are lower by nature."""
    plain = unicodedata.normalize("NFKC", text)
    found = (pattern.search(plain) for pattern in (AI_ELEMENT, GENERATION_ELEMENT))
    return "".join(c for match in found if match for c in match.group() if not c.islower())


def _ink(font: FontFile, glyph: str, font_px: int) -> int:
    face = _face(font, font_px)
    image = Image.new("L", (2 * font_px, 2 * font_px), 0)
    ImageDraw.Draw(image).text((font_px // 2, 0), glyph, 255, font=face)
    return ink_rows(image)


def _place(size: Size, mark: PictureMark, width: int, height: int) -> Box:
    """Where the plate goes in the picture as shown; the margin gives way before the plate does."""
    margin = ceil(_MARGIN * size.ink)
    across, down = (max(0, min(margin, room)) for room in (width - size.width, height - size.height))
    vertical, _, side = mark.place.partition("_")
    left = {"right": width - across - size.width, "left": across}.get(side, (width - size.width) // 2)
    top = height - down - size.height if vertical == "bottom" else down
    return Box(left, top, size.width, size.height)


def _snapped(box: Box, grid: tuple[int, int], room: Box) -> Box:
    """The box grown to whole cells of the grid, and moved into the room where it can be."""
    (left, right), (top, bottom) = (
        _cells(box.left, box.right, grid[0], room.right),
        _cells(box.top, box.bottom, grid[1], room.bottom),
    )
    return Box(left, top, right - left, bottom - top)


def _cells(start: int, end: int, cell: int, room: int) -> tuple[int, int]:
    first, last = start // cell * cell, ceil(end / cell) * cell
    if last > room:
        size = ceil((end - start) / cell) * cell
        first, last = room - size, room
    return first, last
