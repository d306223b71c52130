"""A mark in sound that is frames one behind the other: MP3, MP2 and AAC in ADTS.

Knows where the sound begins and ends between the tags, and that frames coded alike may stand one behind the other; touches no
frame that is there but the one that only counts. The mark is coded by ffmpeg with the rate, channels and version of the file;
the decoder needs one frame to settle, so that of the old sound all but its first frame gives the same samples as before.
Rules: GB 45438-2025 5.3; ISO/IEC 11172-3, 13818-3 and 13818-7 for the frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label import aac, id3_labels, mp3
from hegui.label.explicit.media_faults import cannot_sound, would_move
from hegui.label.explicit.mp3_info import Added, is_info, updated
from hegui.label.explicit.prefix import coded
from hegui.label.explicit.sound_mark import SoundMark
from hegui.label.frame_chain import require
from hegui.label.id3_labels import Tags

__all__ = ["put_adts", "put_mpeg"]

_TIMED = (b"CHAP", b"SYLT", b"ETCO", b"MLLT", b"SYTC", b"ASPI", b"POSS")
"""Frames of ID3v2 that count time or bytes from the start of the sound."""
_HERTZ_ADTS = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_HERTZ_MPEG = (44100, 48000, 32000)
_LONGEST_TAG = 1 << 24


class _Sound(NamedTuple):
    """Where the sound stands, and its first frame."""

    start: int
    end: int
    first: bytes


def put_mpeg(source: Source, mark: SoundMark, where: str) -> tuple[Splice, ...]:
    """The splices for MPEG audio of layer 2 or 3. Raises LabelError (LBL130 to LBL133), MalformedError."""
    sound = _sound(source, mark, mp3.frame_size, mp3.kind_of, "MPEG audio", where)
    info = sound.first if sound.first[1] >> 1 & 3 == 1 and is_info(sound.first) else b""
    at = sound.start + len(info)
    head = source.up_to(at, 4)
    size = mp3.frame_size(head)
    if size is None or mp3.kind_of(head) != mp3.kind_of(sound.first):
        raise cannot_sound(where, "it has no frame of sound")
    layer = 4 - (head[1] >> 1 & 3)
    if layer == 1:
        raise cannot_sound(where, "it is MPEG audio of layer 1")
    rate = _HERTZ_MPEG[head[2] >> 2 & 3] >> {3: 0, 2: 1, 0: 2}[head[1] >> 3 & 3]
    channels = 1 if head[3] >> 6 == 3 else 2
    is_variable = info[36:40] == b"VBRI" or b"Xing" in info[:40]
    kilobits = (64 if head[1] & 8 else 32) * channels if is_variable else mp3.kilobits(head)
    extra = ("-reservoir", "0", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3") if layer == 3 else ("-f", "mp2")
    encoder = "libmp3lame" if layer == 3 else "mp2"
    data = coded(mark, rate, channels, ("-c:a", encoder, "-b:a", f"{kilobits}k", *extra), where)
    frames = list(_split(data, mp3.frame_size, where))
    if any(mp3.kind_of(one) != mp3.kind_of(head) or (one[3] >> 6 == 3) != (channels == 1) for one in frames):
        raise cannot_sound(where, "no frames like its own could be made")
    added = Added(len(frames), data, mark.place == "head")
    counted = (Splice(sound.start, len(info), updated(info, added)),) if info else ()
    return (*counted, Splice(at if added.in_front else sound.end, 0, data))


def put_adts(source: Source, mark: SoundMark, where: str) -> tuple[Splice, ...]:
    """The splices for AAC in ADTS; the caller has seen that it is AAC LC. Raises LabelError (LBL130 to LBL133), MalformedError."""
    sound = _sound(source, mark, aac.frame_size, aac.kind_of, "ADTS", where)
    head = sound.first
    channels = (head[2] & 1) << 2 | head[3] >> 6
    if head[2] >> 6 != 1 or channels not in (1, 2):
        raise cannot_sound(where, "it is AAC of another profile or with other channels than LC in mono or stereo")
    rate = _HERTZ_ADTS[head[2] >> 2 & 15]
    data = coded(mark, rate, channels, ("-c:a", "aac", "-b:a", f"{64 * channels}k", "-f", "adts"), where)
    frames = [bytes((one[0], one[1] & 0xF7 | head[1] & 8)) + one[2:] for one in _split(data, aac.frame_size, where)]
    if any(aac.kind_of(one)[1:] != aac.kind_of(head)[1:] for one in frames):
        raise cannot_sound(where, "no frames like its own could be made")
    return (Splice(sound.start if mark.place == "head" else sound.end, 0, b"".join(frames)),)


def _sound(
    source: Source, mark: SoundMark, frame_size: Callable[[bytes], int | None], kind_of: Callable[[bytes], bytes],
    what: str, where: str,
) -> _Sound:  # fmt: skip
    tags = id3_labels.tags_of(source)
    if mark.place == "head":
        _no_times(source, tags, where)
    start = require(source, tags, frame_size, kind_of, what)
    size = frame_size(source.up_to(start, 7)) or 0
    return _Sound(start, tags.tail.start, source.up_to(start, size))


def _no_times(source: Source, tags: Tags, where: str) -> None:
    """Raises LabelError (LBL133) where a tag has chapters or timed words, which would no longer fit."""
    for tag in tags.front:
        if tag.end - tag.at > _LONGEST_TAG:
            raise cannot_sound(where, "its tag is too large")
        data = source.at(tag.at, tag.end - tag.at)
        if any(name in data for name in _TIMED):
            raise would_move(where, "chapters or timed words")


def _split(data: bytes, frame_size: Callable[[bytes], int | None], where: str) -> Iterator[bytes]:
    """The frames of coded sound."""
    at = 0
    while at < len(data):
        size = frame_size(data[at : at + 7])
        if size is None or at + size > len(data):
            raise MalformedError("the coded mark is not whole", at)
        yield data[at : at + size]
        at += size
