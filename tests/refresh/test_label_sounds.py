"""The Chinese clip says what it was written to say, as far as numbers can tell: syllables, tones, evenness.

Whether it is understood, no test here decides.
"""

from __future__ import annotations

import re
import runpy
from array import array
from collections.abc import Iterator
from functools import cache
from math import log2, sqrt
from operator import mul
from pathlib import Path
from typing import NamedTuple

import pytest

from hegui.label.explicit.sound_mark import SPOKEN
from hegui.label.explicit.voice import bundled

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = runpy.run_path(str(ROOT / "refresh/label_sounds.py"))
TONES = "3122214212"
"""Of 本音频由人工智能生成, as a dictionary has them; no third tone stands before another."""


class Syllable(NamedTuple):
    """A syllable, and the seconds at which it, and its voiced part, begin and end."""

    name: str
    start: float
    voiced: float
    end: float


@cache
def syllables() -> tuple[Syllable, ...]:
    """Where they lie in the clip, from the lengths they were written with; the closure of the first sound is not heard."""
    wave, rate = bundled("zh")
    first, last = SCRIPT["audible"](wave)
    found: list[tuple[str, float, float, float]] = []
    at = 0.0
    for word in SCRIPT["WORDS"]:
        for one in word:
            sounds = [(name, int(count) / 1000) for name, count in re.findall(r" ([a-z]+)(\d+)", one)]
            mute = sum(seconds for name, seconds in sounds if name in SCRIPT["VOICELESS"])
            whole = sum(seconds for _, seconds in sounds)
            found.append((one.split()[0], at, at + mute, at + whole))
            at += whole
        at += SCRIPT["PAUSE"]
    heard = found[0][2]
    stretch = (last - first) / rate / (found[-1][-1] - heard)
    return tuple(Syllable(name, *(first / rate + stretch * (time - heard) for time in times)) for name, *times in found)


def pitch(wave: array[float], rate: int, at: float) -> float:
    """Hertz around a time, from the lag at which 40 milliseconds are most like themselves; 0.0 where none is."""
    middle, half = round(at * rate), rate // 50
    part = wave[middle - half : middle + half]
    lags = range(rate // 220, rate // 60)
    alike = []
    for lag in lags:
        other = wave[middle - half + lag : middle + half + lag]
        power = sqrt(sum(map(mul, part, part)) * sum(map(mul, other, other)))
        alike.append(sum(map(mul, part, other)) / power if power else 0.0)
    best = max(alike)
    peak = next(lag for lag, value in zip(lags, alike, strict=True) if value > 0.93 * best)
    near = range(peak, min(peak + rate // 1000, lags[-1]))
    return rate / max(near, key=lambda lag: alike[lag - lags[0]]) if best > 0.5 else 0.0


def course(one: Syllable) -> Iterator[float]:
    wave, rate = bundled("zh")
    for share in (0.3, 0.5, 0.7, 0.85):
        yield pitch(wave, rate, one.voiced + share * (one.end - one.voiced))


def test_the_syllables_are_those_of_the_words() -> None:
    path = ROOT / "src/hegui/detect/data/pinyin.txt"
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    readings = {char: reading for reading, chars in lines for char in chars}
    assert [one.name for one in syllables()] == [
        readings[char] + tone for char, tone in zip(SPOKEN["zh"], TONES, strict=True)
    ]


@pytest.mark.parametrize("one", syllables(), ids=lambda one: one.name)
def test_every_syllable_has_the_course_of_its_tone(one: Syllable) -> None:
    """In semitones: level and high, rising, low, falling."""
    low = SCRIPT["LOW"]
    heights = [12 * log2(hertz / low) if hertz else -99.0 for hertz in course(one)]
    begin, *_, end = heights
    assert {
        "1": max(heights) - min(heights) < 1 and min(heights) > 9,
        "2": 3 < end - begin < 12 and end > 7,
        "3": max(heights) < 3,
        "4": begin - end > 4 and begin > 6,
    }[one.name[-1]], heights


def test_syllables_are_about_equally_long_and_loud() -> None:
    wave, rate = bundled("zh")
    parts = [wave[max(0, round(one.start * rate)) : round(one.end * rate)] for one in syllables()]
    lengths = [len(part) / rate for part in parts]
    powers = [sum(map(mul, part, part)) / len(part) for part in parts]
    assert max(lengths) < 1.5 * min(lengths)
    assert max(powers) < 10 * min(powers)
