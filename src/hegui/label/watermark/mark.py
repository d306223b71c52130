"""Put the watermark into samples, and look for it in them.

Knows the code and the grid; knows no file. Each frequency is measured against what is usual around it and held within bounds, so
that no single one decides; the mark adds only what the picture itself does not have of it already (informed embedding), more
where much happens, less in even parts. Found is what exceeds a threshold that follows from the number of trials alone: signs
that were thrown like coins reach a score t with a probability of at most exp(-t²/2), whatever the picture is (Hoeffding 1963).
Rules: none; this is our own method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from hegui.label.watermark.code import BITS, Code, code_of
from hegui.label.watermark.grid import (
    SIZE,
    Floats,
    Pixels,
    activity,
    frequencies,
    luminance,
    on_grid,
    pattern,
    resized,
    within,
)

__all__ = ["FALSE_ALARMS", "SHARES", "Found", "embedded", "looked_for"]

FALSE_ALARMS = 1e-6
"""Greatest probability that a picture without the mark is said to have it, all trials together."""
SHARES = tuple(1 - step / 100 for step in range(1, 26))
"""What is left of a picture's width and height, where one looks for cropped ones too."""

_PRESENCE, _BIT = 8.0, 1.4
"""Scores that are aimed at."""
_LEAST_CHANGE = 2.2
"""Deviation of the whole change in samples of 0 to 255; smooth pictures would lose a weaker one in the first JPEG."""
_ROUNDS, _CORRECTIONS = 8, 2
"""On the grid, which is fast; and on the picture itself, where samples are whole and have ends."""
_NEAR = 0.05
_BOUND = 1.0
"""Times the usual; what exceeds it counts as so much, and is not changed."""
_ROUNDING = 0.25
"""What rounding to whole samples makes of a frequency, about; nothing is measured against less."""
_EVEN, _BUSY, _USUAL = 0.45, 1.5, 12.0
"""The change in even and in busy parts, times the usual one, and the deviation where it is 1."""


class Reading(NamedTuple):
    """What the frequencies of a grid say under a code.

    Attributes:
        values: against what is usual, bounded.
        usual: what is usual at each place.
        presence: the score of the mark.
        bits: the score of each bit; its sign is the bit.
    """

    values: Floats
    usual: Floats
    presence: float
    bits: Floats


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        is_marked: whether the score exceeds the threshold.
        score: how well the picture agrees with the code.
        threshold: what a picture without the mark exceeds with a probability of at most FALSE_ALARMS.
        payload: the 32 bits; None where there is no mark.
        weak_bits: how many of them are hardly to be told.
        turned: how the picture was turned or mirrored to find it, 0 for not at all.
        share: what of its width and height seems to be left, 1.0 for all.
    """

    is_marked: bool
    score: float
    threshold: float
    payload: int | None
    weak_bits: int
    turned: int
    share: float


def embedded(pixels: Pixels, key: bytes, payload: int) -> Pixels:
    """The samples with the mark.

    Args:
        pixels: (height, width, 3) or (height, width), 0 to 255.
        key: 32 bytes.
        payload: 32 bits.
    Raises:
        LabelError: LBL148 the key.
    """
    code = code_of(key)
    wanted = np.array([1 if payload >> bit & 1 else -1 for bit in range(BITS)], np.float32)
    height, width = pixels.shape[:2]
    grid = on_grid(luminance(pixels))
    strength = _strength(grid)
    change = _grown(np.zeros_like(grid), strength, code, wanted, lambda change: grid + change, _ROUNDS)

    def applied(change: Floats) -> Floats:
        return on_grid(luminance(_changed(pixels, resized(change, width, height))))

    change = _grown(change, strength, code, wanted, applied, _CORRECTIONS)
    deviation = float(np.sqrt(np.mean(change * change)))
    if 0 < deviation < _LEAST_CHANGE:
        change *= _LEAST_CHANGE / deviation
    return _changed(pixels, resized(change, width, height))


def _grown(
    change: Floats, strength: Floats, code: Code, wanted: Floats, applied: Callable[[Floats], Floats], rounds: int
) -> Floats:
    """The change with what is still lacking after it is applied, round by round."""
    for _ in range(rounds):
        lack = _lack(_read(frequencies(applied(change)), code), code, wanted)
        if lack is None:
            break
        change = change + pattern(lack) * strength
    return change


def looked_for(samples: Floats, key: bytes, *, cropped: bool = False) -> Found:
    """Whether the mark of this key is in a picture.

    Args:
        samples: luminance, (height, width), 0 to 255.
        key: 32 bytes.
        cropped: whether to look too for the middle of a larger picture; takes 25 times as long, and a higher threshold.
    """
    code = code_of(key)
    shares = (1.0, *SHARES) if cropped else (1.0,)
    threshold = sqrt(2 * log(8 * len(shares) / FALSE_ALARMS))
    tried = (
        (_read(turned, code), share, number)
        for share in shares
        for number, turned in enumerate(_turned(frequencies(within(samples, share))))
    )
    best, share, number = max(tried, key=lambda one: one[0].presence)
    is_marked = best.presence > threshold
    payload = sum(1 << bit for bit in range(BITS) if best.bits[bit] > 0)
    weak = int(np.sum(np.abs(best.bits) < _BIT / 3))
    return Found(
        is_marked, best.presence, threshold, payload if is_marked else None, weak if is_marked else 0, number, share
    )


def _turned(coefficients: Floats) -> Iterator[Floats]:
    """The frequencies of the picture and of its seven turns and mirror images: signs and a transposition, no new transform."""
    odd = np.where(np.arange(SIZE) % 2, -1, 1).astype(np.float32)
    for one in (coefficients, coefficients.T):
        yield from (one, one * odd, one * odd[:, None], one * odd * odd[:, None])


def _read(coefficients: Floats, code: Code) -> Reading:
    found = coefficients.ravel()[code.places]
    usual = np.empty_like(found)
    for ring in np.unique(code.neighbours):
        same = code.neighbours == ring
        usual[same] = max(float(np.median(np.abs(found[same]))), _ROUNDING)
    values = np.clip(found / usual, -_BOUND, _BOUND)
    groups = values.reshape(BITS, -1)
    bits = (code.bits.reshape(BITS, -1) * groups).sum(axis=1) / np.maximum(_norm(groups), 1e-6)
    presence = float((code.presence * values).sum() / max(float(_norm(values)), 1e-6))
    return Reading(values, usual, presence, bits)


def _norm(values: Floats) -> Floats:
    found: Floats = np.sqrt((values * values).sum(axis=-1))
    return found


def _lack(read: Reading, code: Code, wanted: Floats) -> Floats | None:
    """What must be added to the coefficients; None where nothing is lacking."""
    presence = max(0.0, _PRESENCE - read.presence)
    bits = np.maximum(0, _BIT - wanted * read.bits)
    if presence < _NEAR and float(bits.max()) < _NEAR:
        return None
    step = np.where(np.abs(read.values) < _BOUND, np.sqrt(read.usual), 0)
    effect = step / read.usual
    groups = np.maximum(effect.reshape(BITS, -1).sum(axis=1), 1e-6)
    by_presence = presence * float(_norm(read.values)) / max(float(effect.sum()), 1e-6)
    by_bit = wanted * bits * _norm(read.values.reshape(BITS, -1)) / groups
    flat = np.zeros(SIZE * SIZE, np.float32)
    flat[code.places] = step * (code.presence * by_presence + code.bits * np.repeat(by_bit, code.group))
    return flat.reshape(SIZE, SIZE)


def _strength(grid: Floats) -> Floats:
    found: Floats = np.clip(np.sqrt(activity(grid) / _USUAL), _EVEN, _BUSY)
    return found


def _changed(pixels: Pixels, change: Floats) -> Pixels:
    """One layer of colour after the other, which takes a third of the memory."""
    new = np.empty_like(pixels)
    if pixels.ndim == 2:
        new[...] = np.clip(np.rint(pixels + change), 0, 255)
        return new
    for layer in range(pixels.shape[2]):
        new[..., layer] = np.clip(np.rint(pixels[..., layer] + change), 0, 255)
    return new
