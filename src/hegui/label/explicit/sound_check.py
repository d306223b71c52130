"""Whether sound bears a mark at its start or its end: the rhythm 短长 短短, or words that hegui knows.

Knows the ends of a file, as samples of its own for WAV and through ffmpeg for all else. Understands no speech: a mark spoken by
another voice, and one in the middle, are not heard here, so that "nothing heard" is UNKNOWN and never "not marked".
Rules: GB 45438-2025 5.3; the numbers are parameters (data/explicit.yaml). No source fixes how long a unit of the rhythm is, so its
length is told and not judged.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Literal

from hegui.kernel.logic import Verdict, all_of, verdict
from hegui.kernel.source import MalformedError, Source
from hegui.label.explicit.ffmpeg import ffmpeg, given, need_ffmpeg
from hegui.label.explicit.hearing import RATE, Heard, heard
from hegui.label.explicit.media_faults import cannot_sound
from hegui.label.explicit.pcm import Samples
from hegui.label.explicit.rules import number
from hegui.label.explicit.sound_mark import SoundMark, SoundPlace
from hegui.label.explicit.voice import clip, resampled
from hegui.label.explicit.wav_form import form_of
from hegui.label.faults import LabelError, malformed
from hegui.label.formats import codec_of

__all__ = ["DEMUXERS", "SoundCheck", "check_sound", "heard_at"]

DEMUXERS = {
    "wav": "wav", "mp3": "mp3", "aac": "aac", "ogg": "ogg", "flac": "flac", "mp4": "mov,mp4,m4a,3gp,3g2,mj2",
    "matroska": "matroska,webm",
}  # fmt: skip
"""Files with sound, by the names of their codecs for labels, and ffmpeg's names for them."""


Place = Literal["head", "middle", "tail"]


@dataclass(frozen=True, slots=True)
class SoundCheck:
    """What was heard.

    Attributes:
        place: where; "middle" for what lies within the ends that are listened to, but not at the very start or end; None where
            nothing was heard.
        heard: the mark; `start` counts from the start of the file, or from where listening to the end began.
        is_there: whether there is a mark that was known.
        is_complete: whether it has both elements, or is the rhythm.
        is_audible: whether it is loud enough.
    """

    place: Place | None
    heard: Heard | None
    is_there: Verdict
    is_complete: Verdict
    is_audible: Verdict

    @property
    def verdict(self) -> Verdict:
        """All three together."""
        return all_of((self.is_there, self.is_complete, self.is_audible))

    @property
    def unsettled(self) -> tuple[str, ...]:
        """What a person has to listen to."""
        names = ("is_there", "is_complete", "is_audible")
        return tuple(name for name in names if getattr(self, name) is Verdict.UNKNOWN)


def check_sound(path: Path, name: str = "", *, mark: SoundMark | None = None) -> SoundCheck:
    """What is heard at the ends of a file.

    Args:
        path: the file; of a video its first track of sound.
        name: what to call it in messages; its own name where it is empty.
        mark: what was put on, where it was a clip of the operator's own.
    Raises:
        LabelError: LBL002 damaged; LBL130, LBL131; LBL132 no sound that is known; LBL138.
    """
    where = name or path.name
    with path.open("rb") as file:
        source = Source(file, budget=1 << 30)
        codec = codec_of(source, path.name)
        kind = codec.NAME if codec is not None else ""
        if kind not in DEMUXERS:
            raise cannot_sound(where, "its format is not known")
        try:
            places: tuple[SoundPlace, ...] = ("head", "tail")
            for place in places:
                found, stands = heard_at(source, path, kind, place, where, mark)
                if found is not None:
                    audible = verdict(found.level >= number("sound.least_level"))
                    return SoundCheck(stands, found, Verdict.HOLDS, Verdict.HOLDS, audible)
        except MalformedError as error:
            raise malformed(where, error.problem, error.at) from None
    return SoundCheck(None, None, Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.UNKNOWN)


def heard_at(
    source: Source, path: Path, kind: str, place: SoundPlace, where: str, mark: SoundMark | None = None
) -> tuple[Heard | None, Place | None]:
    """The mark within the part of the file that is listened to at one end, and where in the file that is.

    Raises LabelError, MalformedError.
    """
    own = resampled(*clip(mark.clip), RATE) if mark is not None and mark.clip is not None else None
    wave = _wave(source, path, kind, place, where)
    found = heard(wave, own)
    if found is None:
        return None, None
    is_whole, edge = len(wave) < number("sound.window") * RATE, number("sound.edge")
    before, behind = found.start, len(wave) / RATE - found.start - found.seconds
    ends: list[tuple[float, Place]] = []
    if place == "head" or is_whole:
        ends.append((before, "head"))
    if place == "tail" or is_whole:
        ends.append((behind, "tail"))
    nearest, end = min(ends)
    return found, end if nearest <= edge else "middle"


def _wave(source: Source, path: Path, kind: str, place: SoundPlace, where: str) -> array[float]:
    """One end at RATE samples a second, one channel."""
    if kind == "wav":
        try:
            return _of_wav(source, place, where)
        except LabelError:
            pass  # a compressed form of WAV, which ffmpeg may know
    need_ffmpeg()
    window = f"{number('sound.window'):g}"
    end = ("-t", window) if place == "head" else ("-sseof", f"-{window}")
    raw = ["-map", "0:a:0", "-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"]
    data = ffmpeg([*given(path, DEMUXERS[kind], *end), *raw], where)
    return Samples("integer", 2, 16, 1, RATE).mono(data)[-round(number("sound.window") * RATE) :]


def _of_wav(source: Source, place: SoundPlace, where: str) -> array[float]:
    form = form_of(source, where)
    samples = form.samples
    whole = min(form.data.size, source.size - form.data.body) // samples.frame
    count = min(whole, round(number("sound.window") * samples.rate))
    first = 0 if place == "head" else whole - count
    wave = samples.mono(source.at(form.data.body + first * samples.frame, count * samples.frame))
    if samples.rate == RATE:
        return wave
    sums = array("d", [0.0])
    sums.extend(accumulate(wave))
    edges = [round(step * samples.rate / RATE) for step in range(count * RATE // samples.rate + 1)]
    return array("d", ((sums[b] - sums[a]) / (b - a) if b > a else wave[a] for a, b in pairwise(edges)))
