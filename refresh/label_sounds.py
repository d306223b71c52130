"""Rebuild src/hegui/label/data/sounds/: the spoken marks, zh.wav and en.wav.

Origin: spoken by Festival 2.5.0 with the voice kal (festvox-kallpc16k 2.4), as Debian has both. The voice is 1,619 recorded pairs
of sounds (© 1998 Alan W Black and Kevin Lenzo), which may be used, changed and sold where their notice is kept, as NOTICE does; the
program (© University of Edinburgh, the same terms) joins them and gives them length and pitch.

The voice is American and knows no Chinese. So the Chinese clip is written sound by sound (WORDS): the English sounds that come
nearest, their lengths, and the pitch of the tone over the voiced part of a syllable (TONES). The English one is its own reading.
Among sounds equally near, those were taken of which a recogniser of speech made the most (docs/label-marks-sound-video.md).

GB 45438-2025 5.3 asks for normal speed, and its note names 120 to 160 characters a minute. The stretch of all lengths is searched
until the Chinese clip, from its first to its last audible sample, has 140; the English one, for which the standard names no
number, gets 150 words a minute.

    apt-get install festival festvox-kallpc16k
    PYTHONPATH=src python3 refresh/label_sounds.py
"""

from __future__ import annotations

import argparse
import re
import subprocess
from array import array
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hegui.kernel import riff
from hegui.label.explicit.pcm import Samples
from hegui.label.explicit.sound_mark import SPOKEN
from hegui.label.explicit.voice import clip, resampled

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src/hegui/label/data/sounds"
RATE = 16_000
AUDIBLE = 0.02
"""Of the peak, from which a sample counts as audible."""
AROUND = 0.05
"""Seconds of silence that are kept around the words."""
MOST = 120_000

LOW, HIGH = 80.0, 160.0
"""Hertz of the lowest and the highest of the five levels of tone; each step between them is the same interval."""
SINK = 0.08
"""Share by which pitch sinks from the first syllable to the last."""
TONES = {
    "1": ((0.0, 5.0), (1.0, 5.0)),
    "2": ((0.0, 2.6), (0.35, 2.8), (1.0, 5.0)),
    "3": ((0.0, 2.2), (0.4, 1.2), (1.0, 1.0)),
    "4": ((0.0, 5.0), (0.25, 4.7), (1.0, 1.2)),
}
"""Share of the voiced part of a syllable, and the level there; the third tone as it is before another."""
WORDS = (
    ("ben3 p35 ax190 n130", "yin1 y70 iy130 n190", "pin2 p110 iy180 n130"),
    ("you2 y80 ow290",),
    ("ren2 zh80 ax170 n120", "gong1 g70 uh130 ng190", "zhi4 jh90 ax60 er190", "neng2 n90 ah120 ng180"),
    ("sheng1 sh130 ax40 uh110 ng150", "cheng2 ch130 uh130 ng200"),
)
"""Syllables with their tones; after each its sounds, in the voice's names, with milliseconds before stretching."""
PAUSE = 0.15
"""Seconds between words, before stretching."""
VOICELESS = {"b", "ch", "g", "jh", "p", "sh"}
"""Sounds that bear no pitch; Chinese b, g and zh hardly sound, and b is a p cut short."""


class Clip(NamedTuple):
    """What Festival is told for a stretch, how many characters or words that is, and how many of them a minute."""

    told: Callable[[float], str]
    units: int
    least: float
    most: float


def chinese(stretch: float) -> str:
    """An utterance of segments: each with its seconds and, where it bears pitch, points of seconds from its start and hertz."""
    said, at, count = ["(pau 0.1)"], 0, sum(map(len, WORDS))
    for word in WORDS:
        for one in word:
            said += segments(one, stretch, 1 - SINK * at / count)
            at += 1
        said.append(f"(pau {PAUSE * stretch:.4f})")
    return f"(set! said (Utterance Segments ({' '.join(said)})))"


def segments(one: str, stretch: float, sunk: float) -> Iterator[str]:
    """Those of a syllable; `sunk` is the share of pitch that is left."""
    name, *sounds = one.split()
    parts = [(sound, stretch * int(count) / 1000) for sound, count in re.findall(r"([a-z]+)(\d+)", " ".join(sounds))]
    voiced = sum(seconds for sound, seconds in parts if sound not in VOICELESS)
    start = 0.0
    for sound, seconds in parts:
        if sound in VOICELESS:
            yield f"({sound} {seconds:.4f})"
            continue
        points = ((share * seconds, level(name[-1], (start + share * seconds) / voiced)) for share in (0.0, 0.5, 0.98))
        yield f"({sound} {seconds:.4f} {' '.join(f'({at:.4f} {sunk * hertz(height):.1f})' for at, height in points)})"
        start += seconds


def level(tone: str, share: float) -> float:
    """The level of a tone after this share of the voiced part."""
    (before, low), (behind, high) = next(part for part in pairwise(TONES[tone]) if share <= part[1][0])
    return low + (high - low) * (share - before) / (behind - before)


def hertz(height: float) -> float:
    """The pitch of a level of tone."""
    return float(LOW * (HIGH / LOW) ** ((height - 1) / 4))


def english(stretch: float) -> str:
    """The sentence as text; "audio" is given its syllables and all words full vowels, without which it is misheard."""
    audio = '(set! postlex_rules_hooks nil) (lex.add.entry \'("audio" n (((aa) 1) ((d iy) 0) ((ow) 0))))'
    return f'{audio} (Parameter.set \'Duration_Stretch {stretch}) (set! said (Utterance Text "This audio was generated by A I."))'


CLIPS = {
    "zh": Clip(chinese, len(SPOKEN["zh"]), 139, 141),
    "en": Clip(english, len(SPOKEN["en"].split()), 148, 152),
}


def said(one: Clip, stretch: float, folder: Path) -> tuple[array[float], int]:
    path, script = folder / "said.wav", folder / "said.scm"
    script.write_text(
        f'(voice_kal_diphone) {one.told(stretch)} (utt.synth said) (utt.save.wave said "said.wav" \'riff)', "ascii"
    )
    subprocess.run(["festival", "-b", script], check=True, cwd=folder, timeout=60)
    return clip(path)


def audible(wave: array[float]) -> tuple[int, int]:
    """The first sample that is heard and the one behind the last."""
    least = AUDIBLE * max(map(abs, wave))
    heard = [at for at, value in enumerate(wave) if abs(value) > least]
    return heard[0], heard[-1] + 1


def pace_of(wave: array[float], rate: int, units: int) -> float:
    """Characters or words a minute."""
    first, last = audible(wave)
    return 60 * units * rate / (last - first)


def built(one: Clip, folder: Path) -> tuple[bytes, float]:
    """The file and its measured pace."""
    for step in range(90, 150):
        wave, rate = said(one, step / 100, folder)
        if one.least <= pace_of(wave, rate, one.units) <= one.most:
            break
    else:
        raise SystemExit(f"label_sounds.py: no stretch gives {one.least} to {one.most} a minute")
    first, last = audible(wave)
    around = round(AROUND * rate)
    wave = resampled(wave[max(0, first - around) : last + around], rate, RATE)
    top = max(map(abs, wave))
    wave = array("d", (0.9 * value / top for value in wave))
    return wav(wave), pace_of(wave, RATE, one.units)


def wav(wave: array[float]) -> bytes:
    samples = Samples("ulaw", 1, 8, 1, RATE)
    head = b"".join(
        value.to_bytes(size, "little") for value, size in ((7, 2), (1, 2), (RATE, 4), (RATE, 4), (1, 2), (8, 2), (0, 2))
    )
    fact = len(wave).to_bytes(4, "little")
    origin = riff.encoded(
        b"ICMT", b"Spoken by Festival 2.5 (voice kal) for hegui; see NOTICE, refresh/label_sounds.py\0"
    )
    body = b"WAVE" + b"".join((
        riff.encoded(b"fmt ", head), riff.encoded(b"fact", fact), riff.encoded(b"LIST", b"INFO" + origin),
        riff.encoded(b"data", samples.packed(wave)),
    ))  # fmt: skip
    return riff.encoded(b"RIFF", body)


def main() -> None:
    """Build, check, write."""
    parser = argparse.ArgumentParser(description="Rebuild the spoken marks with Festival.")
    parser.add_argument("--output", type=Path, default=TARGET, help="folder to write into (default: %(default)s)")
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        for language, one in CLIPS.items():
            data, pace = built(one, Path(folder))
            if len(data) > MOST:
                raise SystemExit(f"label_sounds.py: {language}.wav has {len(data)} bytes, more than {MOST}")
            (given.output / f"{language}.wav").write_bytes(data)
            print(f"{given.output / language}.wav: {len(data)} bytes, {pace:.0f} a minute")


if __name__ == "__main__":
    main()
