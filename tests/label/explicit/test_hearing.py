"""The rhythm is heard at any pace and pitch, and nothing else is taken for it; the clips speak at a normal pace."""

from __future__ import annotations

import random
from array import array
from math import pi, sin
from pathlib import Path

import pytest
import yaml

from hegui.label.explicit.hearing import ALIKE, RATE, heard
from hegui.label.explicit.pcm import Samples
from hegui.label.explicit.rhythm import PATTERN
from hegui.label.explicit.rules import number
from hegui.label.explicit.sound_mark import SPOKEN, SoundMark
from hegui.label.explicit.voice import PEAK, bundled, resampled, spoken
from tests.label.explicit.films import CARRIERS, samples
from tests.label.explicit.judges import need

SOUNDS = Path(__file__).parents[3] / "src/hegui/label/data/sounds"


def tones(pattern: str, unit: float, pitch: float, level: float = 0.3) -> array[float]:
    """A pattern as a tone that is switched hard."""
    count = round(unit * RATE)
    return array(
        "d",
        (level * sin(2 * pi * pitch * at / RATE) * (pattern[at // count] == "#") for at in range(count * len(pattern))),
    )


def silence(seconds: float) -> array[float]:
    return array("d", bytes(8 * round(seconds * RATE)))


@pytest.mark.parametrize("unit", [0.05, 0.08, 0.12, 0.2, 0.35])
@pytest.mark.parametrize("pitch", [300.0, 880.0, 1500.0])
def test_the_rhythm_of_others_is_heard_at_their_pace_and_pitch(unit: float, pitch: float) -> None:
    wave = silence(1.3) + tones(PATTERN, unit, pitch) + silence(1)
    found = heard(wave)
    assert found is not None
    assert found.kind == "rhythm"
    assert found.unit == pytest.approx(unit, rel=0.08)
    assert found.start == pytest.approx(1.3, abs=0.06)
    assert found.level == pytest.approx(0.3 / 2**0.5, rel=0.1)


@pytest.mark.parametrize("pattern", ["###.#...#.#", "#.#.#.###.#", "#.###...###", "#.#.#", "#.###.#.#..", "#.###"])
def test_other_rhythms_are_not_taken_for_it(pattern: str) -> None:
    """NI, IR, AT, S, L, A."""
    assert heard(silence(1) + tones(pattern, 0.12, 880) + silence(1)) is None


def test_noise_in_the_same_rhythm_is_none_of_it() -> None:
    chance = random.Random(7)
    wave = silence(1) + array("d", (value * chance.uniform(-1, 1) for value in tones(PATTERN, 0.12, 880))) + silence(1)
    assert heard(wave) is None


@pytest.mark.parametrize("name", ["speech.wav", "speech.mp3", "speech.opus", "speech.flac", "clip.mp4", "clip.webm"])
def test_speech_and_tones_without_a_mark_are_not_taken_for_one(name: str) -> None:
    need("ffmpeg")
    wave = Samples("integer", 2, 16, 1, RATE).mono(samples(CARRIERS / name, "s16le", "-ac", "1", "-ar", str(RATE)))
    assert heard(wave) is None
    assert ALIKE > 0.7


@pytest.mark.parametrize(
    "wave", [silence(0), silence(0.5), silence(20), array("d", [0.5]) * 40000, array("d", [1e300, -1e300]) * 9000]
)
def test_silence_and_worse_is_an_answer(wave: array[float]) -> None:
    assert heard(wave) is None


def test_the_chinese_clip_is_spoken_at_a_normal_pace() -> None:
    """From the first to the last audible sample; the note of 5.3 names 120 to 160 characters a minute."""
    wave, rate = bundled("zh")
    least = 0.02 * max(map(abs, wave))
    loud = [at for at, value in enumerate(wave) if abs(value) > least]
    pace = 60 * len(SPOKEN["zh"]) * rate / (loud[-1] - loud[0])
    assert number("sound.least_rate") <= pace <= number("sound.most_rate")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_clips_are_small_and_say_where_they_are_from(language: str) -> None:
    data = (SOUNDS / f"{language}.wav").read_bytes()
    assert len(data) <= 120_000
    assert b"Festival" in data
    assert b"refresh/label_sounds.py" in data


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_a_clip_at_another_rate_is_the_same_sound(rate: int) -> None:
    """A tone of 700 Hz comes out as one, and with its strength."""
    wave = array("d", (sin(2 * pi * 700 * at / 16000) for at in range(3200)))
    out = resampled(wave, 16000, rate)
    assert len(out) == 3200 * rate // 16000
    middle = range(len(out) // 4, len(out) * 3 // 4)
    assert max(abs(out[at] - sin(2 * pi * 700 * at / rate)) for at in middle) < 0.02


def test_a_spoken_mark_is_as_loud_as_was_meant() -> None:
    wave = spoken(SoundMark("spoken"), 16000)
    assert max(map(abs, wave)) == pytest.approx(PEAK * number("sound.level"))


def test_the_numbers_are_those_of_the_law() -> None:
    path = Path(__file__).parents[3] / "src/hegui/law/data/parameters/labels.yaml"
    law = yaml.safe_load(path.read_text("utf-8"))["parameters"]

    def value(name: str) -> object:
        return law[f"label.{name}"]["values"][-1]["value"]

    assert value("speech_rate_chars_per_min") == [number("sound.least_rate"), number("sound.most_rate")]
    assert value("video_seconds_min") == number("video.seconds")
    assert value("text_height_min_share_of_short_side") == number("picture.height_share")
