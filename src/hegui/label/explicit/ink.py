"""Measure writing in a region whose text nobody knows: how high its ink is, and how it stands out.

Knows light and dark only: the region is cut in two at the level that parts it best (Otsu), and the smaller part is taken for
ink, be it the lighter or the darker. Reads nothing; a region with no writing has a height of ink too, if something in it
stands out.
Rules: N. Otsu, A threshold selection method from gray-level histograms (1979); WCAG 2 for the contrast.
"""

from __future__ import annotations

from PIL import Image, ImageOps

from hegui.label.explicit.plate import contrast, ink_rows

__all__ = ["ink_and_contrast", "threshold"]

_MIDDLE = 0.25
"""Of the pixels on either side of the cut the worst are left out: they are the soft edges of the letters."""


def ink_and_contrast(region: Image.Image) -> tuple[int, float]:
    """Rows from the first to the last with ink, and the WCAG ratio; (0, 1.0) where the region is of one level."""
    colour = region.convert("RGB")
    grey = colour.convert("L")
    cut = threshold(grey.histogram())
    if cut is None:
        return 0, 1.0
    ink = grey.point([255 if level > cut else 0 for level in range(256)])
    if ink.histogram()[255] * 2 > grey.width * grey.height:
        ink, colour = ImageOps.invert(ink), ImageOps.invert(colour)
        found = contrast(ImageOps.invert(colour), ImageOps.invert(ink), share=_MIDDLE)
    else:
        found = contrast(colour, ink, share=_MIDDLE)
    return ink_rows(ink), round(found, 2)


def threshold(histogram: list[int]) -> int | None:
    """The level that parts a histogram best; None where there is one level only."""
    total, whole = sum(histogram), sum(level * count for level, count in enumerate(histogram))
    best, cut = 0.0, None
    below = weight = 0
    for level, count in enumerate(histogram):
        weight += count
        below += level * count
        if not weight or weight == total:
            continue
        apart = (below / weight - (whole - below) / (total - weight)) ** 2 * weight * (total - weight)
        if apart > best:
            best, cut = apart, level
    return cut
