"""A mark in a FLAC file: all samples coded again behind the mark's, and every one of them still the same.

Knows the blocks of metadata, which stay but for the stream's own figures and the table for seeking; leaves coding to ffmpeg. FLAC
numbers its frames through, so that none can simply be put in front; since it loses nothing, coding again is allowed without
being asked for, and it is checked: the old samples must come out of the new file with the check sum they had.
Rules: GB 45438-2025 5.3; RFC 9639.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hegui.kernel.flac_blocks import PADDING, STREAMINFO, Block, walk
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label import id3_labels
from hegui.label.explicit.ffmpeg import ffmpeg, folder, given, url
from hegui.label.explicit.media_faults import cannot_sound, not_proven, too_long, would_move
from hegui.label.explicit.pcm import Samples
from hegui.label.explicit.prefix import wave_of
from hegui.label.explicit.rhythm import padded
from hegui.label.explicit.rules import number
from hegui.label.explicit.sound_mark import SoundMark

__all__ = ["put"]

SEEKTABLE, CUESHEET = 3, 5
_FORMS = {16: ("s16", "pcm_s16le"), 24: ("s32", "pcm_s24le")}


class _Stream(NamedTuple):
    """A FLAC stream: its blocks, where its sound begins and ends, how its samples lie and how many there are."""

    blocks: tuple[Block, ...]
    sound: int
    end: int
    samples: Samples
    total: int


def put(source: Source, path: Path, mark: SoundMark, where: str) -> tuple[Splice, ...]:
    """The splices. Raises LabelError (LBL130 to LBL133, LBL136, LBL137), MalformedError."""
    old = _stream(source, where)
    if source.size > number("video.most_bytes"):
        raise too_long(where, "its sound is coded anew in memory")
    if mark.place == "head" and any(block.kind == CUESHEET for block in old.blocks):
        raise would_move(where, "cue sheet")
    wave = padded(wave_of(mark, old.samples.rate), old.samples.rate, in_front=mark.place == "head")
    with folder() as place:
        out = place / "marked.flac"
        _encode(path, out, old.samples, old.samples.packed(wave), mark, place, where)
        made = Source.of(out.read_bytes(), budget=1 << 40)
        new = _stream(made, where)
        kept = (len(wave), new.total) if mark.place == "head" else (0, new.total - len(wave))
        if _differ(path, out, old.samples, kept, where):
            raise not_proven(where, "samples have changed")
    info = made.at(new.blocks[0].body, new.blocks[0].size)
    tables = (
        Splice(block.at, 1, bytes((PADDING | (block.is_last << 7),))) for block in old.blocks if block.kind == SEEKTABLE
    )
    zeros = (Splice(block.body, block.size, bytes(block.size)) for block in old.blocks if block.kind == SEEKTABLE)
    return (
        Splice(old.blocks[0].body, old.blocks[0].size, info), *tables, *zeros,
        Splice(old.sound, old.end - old.sound, made.at(new.sound, new.end - new.sound)),
    )  # fmt: skip


def _stream(source: Source, where: str) -> _Stream:
    tags = id3_labels.tags_of(source)
    blocks, ends_early = walk(source, tags.start)
    if ends_early or blocks[0].size != 34:
        raise MalformedError("the FLAC metadata are not whole", tags.start)
    packed = int.from_bytes(source.at(blocks[0].body + 10, 8))
    rate, channels, bits = packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1
    if bits not in _FORMS or not rate or channels > 2 or sum(block.kind == STREAMINFO for block in blocks) != 1:
        raise cannot_sound(where, "it is FLAC with other samples than 16 or 24 bits in mono or stereo")
    samples = Samples("integer", bits // 8, bits, channels, rate)
    return _Stream(blocks, blocks[-1].end, tags.tail.start, samples, packed & (1 << 36) - 1)


def _encode(
    path: Path, out: Path, samples: Samples, mark_data: bytes, mark: SoundMark, place: Path, where: str
) -> None:
    form, raw = _FORMS[samples.bits]
    (place / "mark.raw").write_bytes(mark_data)
    demuxer = raw.removeprefix("pcm_")
    shape = ("-ar", str(samples.rate), "-ac", str(samples.channels))
    order = "[0:a:0][1:a:0]" if mark.place == "head" else "[1:a:0][0:a:0]"
    ffmpeg(
        [
            *given(place / "mark.raw", demuxer, *shape), *given(path, "flac"),
            "-filter_complex", f"{order}concat=n=2:v=0:a=1[sound]", "-map", "[sound]", "-map_metadata", "-1",
            "-c:a", "flac", "-sample_fmt", form, "-bits_per_raw_sample", str(samples.bits),
            "-fflags", "+bitexact", "-f", "flac", url(out),
        ],
        where, whole=True,
    )  # fmt: skip


def _differ(path: Path, out: Path, samples: Samples, kept: tuple[int, int], where: str) -> bool:
    """Whether the old samples and the kept ones of the new file differ."""
    end = ["-c:a", _FORMS[samples.bits][1], "-f", "md5", "pipe:1"]
    trim = f"atrim=start_sample={kept[0]}:end_sample={kept[1]}"
    old = ffmpeg([*given(path, "flac"), "-map", "0:a:0", *end], where, whole=True)
    new = ffmpeg([*given(out, "flac"), "-map", "0:a:0", "-af", trim, *end], where, whole=True)
    return old != new
