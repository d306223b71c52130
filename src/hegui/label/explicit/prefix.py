"""The mark as a wave, and as coded sound that can stand beside the sound of a file.

Knows rhythm and speech as waves at a rate, and how to have ffmpeg code a wave; knows no container. Only the mark is coded; what
the bundled marks give is kept, since a service marks many files of one kind.
Rules: GB 45438-2025 5.3.
"""

from __future__ import annotations

from array import array
from functools import lru_cache

from hegui.label.explicit.ffmpeg import encoders, ffmpeg
from hegui.label.explicit.media_faults import program_failed
from hegui.label.explicit.pcm import Samples
from hegui.label.explicit.rhythm import padded, rhythm
from hegui.label.explicit.sound_mark import SoundMark
from hegui.label.explicit.voice import spoken

__all__ = ["coded", "wave_of"]


def wave_of(mark: SoundMark, rate: int) -> array[float]:
    """The mark at a rate, without silence around it. Raises LabelError (LBL138) for a clip that will not do."""
    return spoken(mark, rate) if mark.kind == "spoken" else rhythm(rate)


def coded(mark: SoundMark, rate: int, channels: int, arguments: tuple[str, ...], where: str) -> bytes:
    """The mark with the silence that parts it from the sound, coded by ffmpeg.

    Args:
        mark: what to code.
        rate: samples a second.
        channels: all get the same.
        arguments: encoder and muxer, `-c:a NAME` first.
        where: the file's name, for messages.
    Raises:
        LabelError: LBL130, LBL131, LBL138.
    """
    if arguments[1] not in encoders():
        raise program_failed(where, "ffmpeg", f"it has no encoder {arguments[1]}")
    if mark.clip is not None:
        return _coded(mark, rate, channels, arguments, where)
    return _kept(mark, rate, channels, arguments)


@lru_cache(maxsize=32)
def _kept(mark: SoundMark, rate: int, channels: int, arguments: tuple[str, ...]) -> bytes:
    return _coded(mark, rate, channels, arguments, "")


def _coded(mark: SoundMark, rate: int, channels: int, arguments: tuple[str, ...], where: str) -> bytes:
    wave = padded(wave_of(mark, rate), rate, in_front=mark.place == "head")
    raw = Samples("float", 4, 32, channels, rate).packed(wave)
    given = ["-protocol_whitelist", "pipe", "-f", "f32le", "-ar", str(rate), "-ac", str(channels), "-i", "pipe:0"]
    return ffmpeg([*given, *arguments, "-fflags", "+bitexact", "-flags:a", "+bitexact", "pipe:1"], where, stdin=raw)
