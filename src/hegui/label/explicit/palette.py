"""Two colours of a palette for a plate: one light, one dark, none of them transparent, and no other pixel changed.

Knows palettes of up to 256 colours; knows no format. Prefers the most legible pair that is there, else takes entries no pixel
uses, else lets the palette grow; a full palette without a legible pair has none.
Rules: the least contrast is a parameter (data/explicit.yaml).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from hegui.label.explicit.plate import luminance, ratio

__all__ = ["Palette", "TwoColours", "two_colours"]

_ENOUGH = 18.0
"""A pair that is there and has this contrast is taken as it is."""


class TwoColours(NamedTuple):
    """The entries to draw with."""

    light: int
    dark: int
    contrast: float


class Palette(NamedTuple):
    """A palette and the two entries in it."""

    colours: bytes
    two: TwoColours


def two_colours(colours: bytes, used: Callable[[], Collection[int]], clear: Collection[int], most: int) -> Palette:
    """The palette to use and its two entries; the contrast says whether they will do.

    Args:
        colours: three bytes an entry.
        used: gives the entries that pixels use; asked only where no pair will do.
        clear: entries that are wholly or partly transparent.
        most: entries the palette may have.
    """
    best = _pair(colours, clear)
    if best.contrast >= _ENOUGH:
        return Palette(colours, best)
    taken = set(used()) | set(clear)
    free = [entry for entry in range(most) if entry not in taken]
    if len(free) < 2:
        return Palette(colours, best)
    light, dark = free[:2]
    grown = bytearray(colours.ljust(3 * (max(light, dark) + 1), b"\x00"))
    grown[3 * light : 3 * light + 3], grown[3 * dark : 3 * dark + 3] = b"\xff" * 3, b"\x00" * 3
    return Palette(bytes(grown), TwoColours(light, dark, 21.0))


def _pair(colours: bytes, clear: Collection[int]) -> TwoColours:
    levels = {
        entry: luminance(colours[3 * entry : 3 * entry + 3]) for entry in range(len(colours) // 3) if entry not in clear
    }
    if len(levels) < 2:
        return TwoColours(0, 0, 1.0)
    light, dark = max(levels, key=lambda entry: levels[entry]), min(levels, key=lambda entry: levels[entry])
    return TwoColours(light, dark, ratio(levels[light], levels[dark]))
