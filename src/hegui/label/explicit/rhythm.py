"""The rhythm that marks sound as generated: 短长 短短, the Morse code of the letters AI, as a wave of our own arithmetic.

Knows the pattern and how it is drawn as a tone; knows no file and no format. A short tone is one unit and a long one three;
one unit of silence parts the tones of a letter, three part the letters, as Morse code has it. The edges of each tone rise and
fall smoothly, so that nothing clicks.
Rules: GB 45438-2025 5.3 (the rhythm); ITU-R M.1677-1 (lengths in Morse code). The unit is our choice, as no source names one.
"""

from __future__ import annotations

from array import array
from itertools import groupby
from math import ceil, cos, pi, sin

from hegui.label.explicit.rules import number

__all__ = ["PATTERN", "padded", "rhythm"]

PATTERN = "#.###...#.#"
"""A unit a sign, # where it sounds: ·− and ··, that is 短长 短短."""
_EDGE = 0.005
"""Seconds in which a tone rises or falls."""


def rhythm(rate: int) -> array[float]:
    """The rhythm at this many samples a second, values from -1 to 1, without silence around it."""
    unit, pitch, level = number("sound.unit"), number("sound.pitch"), number("sound.level")
    wave, at = array("d"), 0.0
    for sign, run in groupby(PATTERN):
        end = at + unit * len(list(run))
        count = round(end * rate) - round(at * rate)
        wave.extend(_tone(count, rate, min(pitch, rate / 4), level) if sign == "#" else array("d", bytes(8 * count)))
        at = end
    return wave


def padded(wave: array[float], rate: int, *, in_front: bool, multiple: int = 1) -> array[float]:
    """The wave with the silence that parts it from the content, which follows it or stands before it.

    Args:
        wave: the mark.
        rate: samples a second.
        in_front: whether the content follows.
        multiple: the count of samples becomes a multiple of this.
    """
    short, long = (
        array("d", bytes(8 * round(rate * seconds))) for seconds in (number("sound.pause") / 3, number("sound.pause"))
    )
    whole = short + wave + long if in_front else long + wave + short
    return whole + array("d", bytes(8 * (-len(whole) % multiple)))


def _tone(count: int, rate: int, pitch: float, level: float) -> array[float]:
    edge = max(1, min(ceil(_EDGE * rate), count // 2))
    rise = [(1 - cos(pi * step / edge)) / 2 for step in range(edge)]
    turn = 2 * pi * pitch / rate
    wave = array("d", (level * sin(turn * step) for step in range(count)))
    for step, gain in enumerate(rise):
        wave[step] *= gain
        wave[count - 1 - step] *= gain
    return wave
