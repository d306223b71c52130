"""Find our own plate on a picture, by laying the letters we would draw over where we would draw them.

Knows the wordings hegui offers and where its plates go; reads no other writing, so that "not recognised" never means "not
marked". Looks first where a plate would be to the pixel, then, coarsely and again finely, where scaling may have moved it.
The likeness is the normalised correlation of letters and luminance.
Rules: none; this is our own. What likeness counts is a choice (below), held to pictures without a mark by the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import sqrt
from operator import mul
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from hegui.label.explicit.mark import SHORT, WORDINGS, Box, PictureMark, Place, Stamp
from hegui.label.explicit.orientation import shown_size, to_shown
from hegui.label.explicit.plate import Plate, contrast, lettering, plate
from hegui.label.faults import LabelError

__all__ = ["ENOUGH", "Recognised", "again", "compared", "most_alike", "recognised", "standing"]

ENOUGH = 0.55
"""Correlation from which a plate counts as ours; pictures without one stayed below half of it in the tests."""
SURE = 0.9
"""Correlation at which no other place is looked at."""
_PLACES: tuple[Place, ...] = ("bottom_right", "bottom_left", "bottom", "top_right", "top_left", "top")
_GRIDS = ((1, 1), (8, 8), (16, 8), (16, 16))
"""Grids that plates lie on: none, and those of JPEG."""
_FINE, _COARSE = 12, 6
"""Heights of the ink to which pictures are scaled down before they are compared."""
_PLAY = 9
"""Pixels a plate may lie off where the picture was scaled."""
_SCALES = (0.92, 0.98, 1.04, 1.1)
_PROMISING = 4
"""Candidates of the coarse look that are looked at again."""


class Recognised(NamedTuple):
    """A plate of ours.

    Attributes:
        text: its wording.
        place: where it stands.
        box: the box of its letters, in the picture as shown.
        likeness: correlation, ENOUGH to 1.
        letters: as they were drawn to be compared.
    """

    text: str
    place: Place
    box: Box
    likeness: float
    letters: Image.Image


class Guess(NamedTuple):
    """Letters that may stand at a place, in pixels of the picture."""

    likeness: float
    text: str
    place: Place
    box: Box
    letters: Image.Image
    ink: int


def recognised(shown: Image.Image) -> Recognised | None:
    """The plate that is most like one of ours on a picture as it is shown; None where none is like enough."""
    best = most_alike(shown)
    if best.likeness < ENOUGH:
        return None
    return Recognised(best.text, best.place, best.box, best.likeness, best.letters)


def most_alike(shown: Image.Image) -> Guess:
    """The plate of ours that the picture comes closest to, however far that is."""
    grey = shown.convert("L")
    marks = [PictureMark(text, place) for place in _PLACES for text in (*WORDINGS.values(), SHORT)]
    exact = [guess for one in marks for grid in _GRIDS for guess in _guesses(shown.width, shown.height, one, grid, 1)]
    best = _best(_tried(grey, guess, _FINE, 1) for guess in exact)
    if best.likeness < SURE:
        plain = [guess for one in marks for guess in _guesses(shown.width, shown.height, one, (1, 1), 1)]
        coarse = [_tried(grey, _scaled(guess, scale), _COARSE, _PLAY) for guess in plain for scale in _SCALES]
        promising = sorted(coarse, key=lambda guess: guess.likeness, reverse=True)[:_PROMISING]
        fine = (_scaled(guess, 1 + step / 100) for guess in promising for step in range(-4, 5))
        best = _best([best, *(_tried(grey, guess, _FINE, 3 * max(1, guess.ink // _FINE)) for guess in fine)])
    return best


def standing(shown: Image.Image, mark: PictureMark, orientation: int = 1) -> tuple[Plate, float] | None:
    """The plate that would be put on, where it stands already to the pixel, and its contrast; None where it does not."""
    width, height = shown_size(*shown.size, orientation)
    for grid in _GRIDS:
        try:
            one = plate(width, height, mark, "", grid=grid, orientation=orientation)
        except LabelError:
            continue
        box = one.shown
        region = shown.crop((box.left, box.top, box.right, box.bottom))
        letters = to_shown(one.letters, orientation)
        if _correlation(region.convert("L").tobytes(), letters.tobytes()) >= SURE:
            return one, contrast(region.convert("RGB"), letters, share=0.05)
    return None


def compared(shown: Image.Image, stamp: Stamp, font: Path | None = None) -> float:
    """How like a picture is, where a stamp says its mark is, to the letters that were drawn: correlation, -1 to 1."""
    mark = PictureMark(stamp.text, font=font)
    one = lettering(mark, stamp.least_ink, stamp.box.width, stamp.box.height)
    region = shown.convert("L").crop((stamp.box.left, stamp.box.top, stamp.box.right, stamp.box.bottom))
    return _correlation(region.tobytes(), one.tobytes())


def again(shown: Image.Image, seen: Recognised) -> Recognised | None:
    """The same plate at the same place on another frame; None where it is not there."""
    box = seen.box
    same = seen.letters.resize((box.width, box.height), Image.Resampling.BOX)
    region = shown.convert("L").crop((box.left, box.top, box.right, box.bottom))
    found = _correlation(region.tobytes(), same.tobytes())
    return seen._replace(likeness=found) if found >= ENOUGH else None


def _guesses(width: int, height: int, mark: PictureMark, grid: tuple[int, int], orientation: int) -> Iterator[Guess]:
    """The letters where they would be drawn; nothing where the picture is too small."""
    try:
        one: Plate = plate(width, height, mark, "", grid=grid, orientation=orientation)
    except LabelError:
        return
    letters = to_shown(one.letters, orientation)
    inner = letters.getbbox()
    if inner:
        box = Box(one.shown.left + inner[0], one.shown.top + inner[1], inner[2] - inner[0], inner[3] - inner[1])
        yield Guess(0.0, one.size.text, mark.place, box, letters.crop(inner), one.size.ink)


def _best(guesses: Iterable[Guess]) -> Guess:
    nothing = Guess(0.0, "", "bottom", Box(0, 0, 0, 0), Image.new("L", (1, 1)), 1)
    return max(guesses, key=lambda guess: guess.likeness, default=nothing)


def _scaled(guess: Guess, scale: float) -> Guess:
    """The letters larger or smaller around their middle."""
    left, top, width, height = guess.box
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    box = Box(left + (width - wide) // 2, top + (height - high) // 2, wide, high)
    return guess._replace(box=box, ink=max(1, round(guess.ink * scale)))


def _tried(grey: Image.Image, guess: Guess, ink: int, play: int) -> Guess:
    """The guess at the place of most likeness, no more than `play` pixels off, compared at this height of ink."""
    scale = min(1.0, ink / guess.ink)
    width, height = max(1, round(guess.box.width * scale)), max(1, round(guess.box.height * scale))
    letters = guess.letters.resize((width, height), Image.Resampling.BOX).tobytes()
    steps = max(1, round(play * scale))
    reach = round(steps / scale)
    left, top, right, bottom = guess.box.left, guess.box.top, guess.box.right, guess.box.bottom
    around = (left - reach, top - reach, right + reach, bottom + reach)
    field = grey.crop(around).resize((width + 2 * steps, height + 2 * steps), Image.Resampling.BOX)
    found = (
        (_correlation(field.crop((x, y, x + width, y + height)).tobytes(), letters), x, y)
        for y in range(2 * steps + 1)
        for x in range(2 * steps + 1)
    )
    best, x, y = max(found)
    box = Box(around[0] + round(x / scale), around[1] + round(y / scale), guess.box.width, guess.box.height)
    return guess._replace(likeness=best, box=box)


def _correlation(one: bytes, other: bytes) -> float:
    count = len(one)
    if not count:
        return 0.0
    a, b = sum(one) / count, sum(other) / count
    both = sum(map(mul, one, other)) / count - a * b
    spread = (sum(map(mul, one, one)) / count - a * a) * (sum(map(mul, other, other)) / count - b * b)
    return both / sqrt(spread) if spread > 1e-6 else 0.0
