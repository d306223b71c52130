"""EXIF orientation: from a picture as it is shown to its rows as they are stored, and back.

Knows the eight orientations and boxes; draws nothing. A mark is laid out as a person sees it and stored the way the rows run.
Rules: CIPA DC-008 (Exif), tag 0x0112.
"""

from __future__ import annotations

from PIL import Image

from hegui.label.explicit.mark import Box

__all__ = ["shown_box", "shown_size", "stored_box", "to_shown", "to_stored"]

_SHOW = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_INVERSE = {6: 8, 8: 6}


def shown_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Width and height as shown."""
    return (height, width) if orientation >= 5 else (width, height)


def stored_box(box: Box, width: int, height: int, orientation: int) -> Box:
    """Where a box of the shown picture lies in one stored with this width and height."""
    left, top, wide, high = box
    match orientation:
        case 2:
            return Box(width - left - wide, top, wide, high)
        case 3:
            return Box(width - left - wide, height - top - high, wide, high)
        case 4:
            return Box(left, height - top - high, wide, high)
        case 5:
            return Box(top, left, high, wide)
        case 6:
            return Box(top, height - left - wide, high, wide)
        case 7:
            return Box(width - top - high, height - left - wide, high, wide)
        case 8:
            return Box(width - top - high, left, high, wide)
    return box


def shown_box(box: Box, width: int, height: int, orientation: int) -> Box:
    """Where a box of the stored picture lies in the shown one."""
    return stored_box(box, *shown_size(width, height, orientation), _INVERSE.get(orientation, orientation))


def to_stored(image: Image.Image, orientation: int) -> Image.Image:
    """A piece of the shown picture, turned the way the rows are stored."""
    return to_shown(image, _INVERSE.get(orientation, orientation))


def to_shown(image: Image.Image, orientation: int) -> Image.Image:
    """A piece of the stored picture, turned the way it is shown."""
    return image.transpose(_SHOW[orientation]) if orientation in _SHOW else image
