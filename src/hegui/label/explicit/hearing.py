"""Hear a mark in sound: the rhythm 短长 短短 of any pace and pitch, and the clips that hegui itself speaks.

Knows waves and envelopes; knows no file. The rhythm is found by correlating the loudness with the pattern at every pace; what
correlates counts only where its tones are one steady pitch, which speech is not. Of speech nothing is understood: a clip of ours
is known again by the course of its loudness, any other voice is not.
Rules: GB 45438-2025 5.3. Which likeness counts is our choice (below), held to speech and music without a mark by the tests.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from math import cos, pi, sqrt
from operator import mul
from typing import Literal, NamedTuple

from hegui.label.explicit.rhythm import PATTERN
from hegui.label.explicit.sound_mark import SPOKEN
from hegui.label.explicit.voice import bundled, resampled

__all__ = ["RATE", "Heard", "heard"]

RATE = 8000
"""Samples a second of the wave that is listened to."""
STEP = 80
"""Samples of an envelope's frame: a hundredth of a second."""
ALIKE = 0.85
"""Correlation with the pattern from which loudness counts as the rhythm."""
ALIKE_CLIP = 0.93
STEADY = 0.8
"""Share of a tone's power at its one pitch."""
_FASTEST, _SLOWEST, _FINER = 0.04, 0.4, 1.03
"""Seconds of the unit, and the step from one pace to the next."""
_PROMISING = 12
_LEAST_POWER = 1e-10
_TONES = tuple((run.start(), run.end()) for run in re.finditer("#+", PATTERN))
"""The units at which each tone begins and ends."""


class Heard(NamedTuple):
    """A mark that was heard.

    Attributes:
        kind: "rhythm", or "spoken" for a clip of ours.
        language: of the clip, or "own"; "" for the rhythm.
        start: seconds from the start of the wave.
        seconds: how long it takes, without the silence around it.
        unit: seconds of a unit of the rhythm; 0.0 for a clip.
        likeness: correlation, 0 to 1.
        level: root mean square while it sounds, as a share of full scale.
    """

    kind: Literal["rhythm", "spoken"]
    language: str
    start: float
    seconds: float
    unit: float
    likeness: float
    level: float


def heard(wave: array[float], own: array[float] | None = None) -> Heard | None:
    """The mark that is most surely there; None where none is sure.

    Args:
        wave: RATE samples a second.
        own: a clip of the operator's own that may be spoken, at the same rate.
    """
    loud = _loudness(wave)
    clips = {language: _clip_loudness(language) for language in SPOKEN}
    if own is not None:
        clips["own"] = _loudness(own)
    found = [*_rhythms(wave, loud), *_clips(wave, loud, clips)]
    return max(found, key=lambda one: one.likeness, default=None)


def _loudness(wave: array[float]) -> list[float]:
    """Root mean square of each frame."""
    parts = (wave[at : at + STEP] for at in range(0, len(wave) - STEP + 1, STEP))
    return [sqrt(sum(map(mul, part, part)) / STEP) for part in parts]


class _Guess(NamedTuple):
    likeness: float
    start: int
    unit: float


def _rhythms(wave: array[float], loud: Sequence[float]) -> Iterator[Heard]:
    """The rhythm at each pace at which the loudness is like it and the tones are steady."""
    guesses = sorted(_guesses(loud), reverse=True)[:_PROMISING]
    for guess in guesses:
        if guess.likeness < ALIKE:
            return
        spans = _spans(guess)
        if _is_steady(wave, spans):
            level = sqrt(sum(sum(map(mul, wave[a:b], wave[a:b])) for a, b in spans) / sum(b - a for a, b in spans))
            yield Heard(
                "rhythm",
                "",
                guess.start * STEP / RATE,
                len(PATTERN) * guess.unit,
                guess.unit,
                round(guess.likeness, 3),
                level,
            )


def _guesses(loud: Sequence[float]) -> Iterator[_Guess]:
    unit = _FASTEST
    while unit <= _SLOWEST:
        runs, count = _pattern(unit)
        spread, mean = _spread(sum(end - start for start, end in runs) / count)
        sums = [0.0, *accumulate(loud)]
        sounding = (
            sum(sums[at + end] - sums[at + start] for start, end in runs) / count for at in range(len(loud) - count + 1)
        )
        best, at = max(_matched(loud, count, mean, spread, sounding), default=(0.0, 0))
        yield _Guess(best, at + _quiet(unit), unit)
        unit *= _FINER


def _spread(share: float) -> tuple[float, float]:
    """Of a pattern of ones and zeros: standard deviation and mean."""
    return sqrt(share * (1 - share)), share


def _quiet(unit: float) -> int:
    """Frames of silence that must stand on either side."""
    return max(2, round(unit * RATE / STEP))


@lru_cache(maxsize=128)
def _pattern(unit: float) -> tuple[tuple[tuple[int, int], ...], int]:
    """The stretches of frames that sound, with a unit of silence on either side, and the count of all."""
    frames, quiet = unit * RATE / STEP, _quiet(unit)
    runs = tuple((quiet + round(start * frames), quiet + round(end * frames)) for start, end in _TONES)
    return runs, 2 * quiet + round(len(PATTERN) * frames)


def _matched(
    loud: Sequence[float], count: int, mean: float, spread: float, both: Iterable[float]
) -> Iterator[tuple[float, int]]:
    """The correlation of a pattern with the loudness at each place, from the mean of their products there."""
    sums = [0.0, *accumulate(loud)]
    squares = [0.0, *accumulate(value * value for value in loud)]
    for at, product in enumerate(both):
        average = (sums[at + count] - sums[at]) / count
        power = (squares[at + count] - squares[at]) / count - average * average
        if power > _LEAST_POWER:
            yield (product - mean * average) / (spread * sqrt(power)), at


def _spans(guess: _Guess) -> list[tuple[int, int]]:
    """The samples of each tone, without its edges."""
    unit, first = guess.unit * RATE, guess.start * STEP
    return [(int(first + (start + 0.2) * unit), int(first + (end - 0.2) * unit)) for start, end in _TONES]


def _is_steady(wave: array[float], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether most of the power of every tone is at one pitch, the same for all."""
    longest = max(spans, key=lambda span: span[1] - span[0])
    pitch = _pitch(wave[longest[0] : longest[1]])
    return pitch > 0 and all(_share(wave[start:end], pitch) >= STEADY for start, end in spans)


def _pitch(tone: array[float]) -> float:
    """The pitch in hertz by counting where the wave comes through zero upwards; 0.0 where it hardly does."""
    ups = [
        at - 1 + tone[at - 1] / (tone[at - 1] - tone[at]) for at in range(1, len(tone)) if tone[at - 1] < 0 <= tone[at]
    ]
    return (len(ups) - 1) * RATE / (ups[-1] - ups[0]) if len(ups) > 3 else 0.0


def _share(tone: array[float], pitch: float) -> float:
    """The share of the power at this pitch (Goertzel)."""
    power = sum(map(mul, tone, tone))
    if power <= 1e-9 or len(tone) < 16:
        return 0.0
    turn = 2 * cos(2 * pi * pitch / RATE)
    last = before = 0.0
    for value in tone:
        last, before = value + turn * last - before, last
    return float((last * last + before * before - turn * last * before) * 2 / len(tone) / power)


def _clips(wave: array[float], loud: Sequence[float], clips: Mapping[str, Sequence[float]]) -> Iterator[Heard]:
    """The clips, by the course of their loudness."""
    for language, pattern in clips.items():
        count = len(pattern)
        mean = sum(pattern) / count
        spread = sqrt(sum(map(mul, pattern, pattern)) / count - mean * mean)
        both = (sum(map(mul, pattern, loud[at : at + count])) / count for at in range(len(loud) - count + 1))
        likeness, at = max(_matched(loud, count, mean, spread, both), default=(0.0, 0)) if spread else (0.0, 0)
        if likeness >= ALIKE_CLIP:
            part = wave[at * STEP : (at + count) * STEP]
            level = sqrt(sum(map(mul, part, part)) / len(part))
            yield Heard("spoken", language, at * STEP / RATE, count * STEP / RATE, 0.0, round(likeness, 3), level)


@lru_cache(maxsize=4)
def _clip_loudness(language: str) -> list[float]:
    return _loudness(resampled(*bundled(language), RATE))
