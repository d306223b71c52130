"""The spoken mark: a bundled clip, or one of the operator's own, at the rate that a file has.

Knows clips as WAV and how to change their rate; knows nothing of what they say. The rate is changed by a windowed sine (the
filter is worked out once for each phase), so that nothing above half the lower rate comes through; loudness is made equal to
that of the rhythm by the peak.
Rules: GB 45438-2025 5.3, normal speed; the note names 120 to 160 characters a minute. The bundled clips were made by
refresh/label_sounds.py, which measures them.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from importlib.resources import files
from math import ceil, cos, gcd, pi, sin
from operator import mul
from pathlib import Path

from hegui.kernel.source import MalformedError, Source
from hegui.label.explicit.media_faults import bad_clip
from hegui.label.explicit.rules import number
from hegui.label.explicit.sound_mark import SoundMark
from hegui.label.explicit.wav_form import form_of
from hegui.label.faults import LabelError

__all__ = ["bundled", "clip", "resampled", "spoken"]

_REACH = 12
"""Samples of the lower rate that the filter takes on either side."""
_MOST_BYTES = 1 << 24
PEAK = 1.6
"""A voice has its peaks far above its mean; at this many times the rhythm's it sounds about as loud."""


def spoken(mark: SoundMark, rate: int) -> array[float]:
    """The clip at this many samples a second. Raises LabelError (LBL138) for a clip that will not do."""
    if mark.clip is None:
        return _bundled_at(mark.language, rate)
    return _levelled(*clip(mark.clip), rate)


@lru_cache(maxsize=8)
def _bundled_at(language: str, rate: int) -> array[float]:
    return _levelled(*bundled(language), rate)


def _levelled(wave: array[float], own: int, rate: int) -> array[float]:
    """The wave at another rate, its peak where the peak of a voice belongs."""
    gain = PEAK * number("sound.level") / max(map(abs, wave))
    return array("d", (gain * value for value in resampled(wave, own, rate)))


def clip(path: Path) -> tuple[array[float], int]:
    """The first channel of a clip, and its rate. Raises LabelError (LBL138)."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise bad_clip(str(path), "it is too large")
        data = path.read_bytes()
    except OSError as error:
        raise bad_clip(str(path), type(error).__name__) from None
    wave, rate = _read(data, str(path))
    if not 0.5 <= len(wave) / rate <= number("sound.longest_clip"):
        raise bad_clip(str(path), "it is too short or too long")
    if max(map(abs, wave)) < 0.01:
        raise bad_clip(str(path), "it is silent")
    return wave, rate


@lru_cache(maxsize=4)
def bundled(language: str) -> tuple[array[float], int]:
    """A clip that came with hegui."""
    return _read(files("hegui.label").joinpath(f"data/sounds/{language}.wav").read_bytes(), language)


def resampled(wave: array[float], rate: int, wanted: int) -> array[float]:
    """The wave at another rate.

    >>> list(resampled(array("d", [0.0, 1.0]), 8000, 8000))
    [0.0, 1.0]
    """
    if rate == wanted:
        return wave
    common = gcd(rate, wanted)
    up, down = wanted // common, rate // common
    reach = ceil(_REACH * max(1.0, rate / wanted))
    around = array("d", bytes(8 * reach)) + wave + array("d", bytes(8 * (reach + 1)))
    out = array("d", bytes(8 * (len(wave) * up // down)))
    for step in range(len(out)):
        whole, phase = divmod(step * down, up)
        taps = _taps(phase, up, rate, wanted)
        out[step] = sum(map(mul, taps, around[whole + 1 : whole + 1 + len(taps)]))
    return out


@lru_cache(maxsize=2048)
def _taps(phase: int, up: int, rate: int, wanted: int) -> tuple[float, ...]:
    """The filter for a sample that lies `phase / up` behind one of the wave."""
    cut = min(1.0, wanted / rate) * 0.97
    reach = ceil(_REACH * max(1.0, rate / wanted))
    found = []
    for tap in range(1 - reach, reach + 1):
        x = tap - phase / up
        window = (1 + cos(pi * x / (reach + 1))) / 2
        found.append(cut * window * (sin(pi * cut * x) / (pi * cut * x) if x else 1.0))
    return tuple(found)


def _read(data: bytes, where: str) -> tuple[array[float], int]:
    source = Source.of(data)
    try:
        form = form_of(source, where)
        wave = form.samples.mono(source.at(form.data.body, min(form.data.size, source.size - form.data.body)))
    except (MalformedError, LabelError):
        raise bad_clip(where, "it is no WAV file with plain samples") from None
    return wave, form.samples.rate
