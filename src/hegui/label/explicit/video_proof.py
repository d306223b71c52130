"""Hold a marked video against the one it came from, packet by packet, as ffmpeg takes both apart.

Knows what may differ: the data of the frames that were made anew. Everything else must be the same: all packets of sound and
subtitles, all frames behind the mark, and the times of every packet. Decodes the part that was made anew with some of what
follows, so that a file that would not play is not taken for a good one.
Rules: none; this is our own (a write is believed after it was read back by another program).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from hegui.label.explicit.ffmpeg import ffmpeg, given, lines
from hegui.label.explicit.media_faults import not_proven
from hegui.label.explicit.opening import DEMUXERS
from hegui.label.explicit.video_mark import MarkedVideo

__all__ = ["Proof", "prove_video"]

_BEHIND = 48
"""Frames behind the new ones that are decoded as well."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was compared.

    Attributes:
        packets: of all streams.
        same: those whose bytes and times are the same in both files.
        new: frames that were made anew.
    """

    packets: int
    same: int
    new: int


class _Packet(NamedTuple):
    stream: str
    times: tuple[str, ...]
    digest: tuple[str, ...]


def prove_video(before: Path, after: Path, marked: MarkedVideo, name: str = "") -> Proof:
    """Compare both files.

    Args:
        before: the file as it was.
        after: the file with the splices applied.
        marked: what was done.
        name: what to call it in messages.
    Raises:
        LabelError: LBL136 where something differs that must not; LBL130, LBL131.
    """
    where, demuxer = name or before.name, DEMUXERS[marked.format]
    packets = same = new = frames = 0
    times: list[list[str]] = [[], []]
    for old, made in zip_longest(_packets(before, demuxer, where), _packets(after, demuxer, where)):
        if old is None or made is None or old.stream != made.stream:
            raise not_proven(where, "there are more packets or fewer, or in another order")
        packets += 1
        is_new = old.stream == "0" and frames < marked.encoded
        frames += old.stream == "0"
        if is_new:
            new += 1
            times[0].append(old.times[1])
            times[1].append(made.times[1])
        elif old != made:
            raise not_proven(where, f"packet {packets} has changed")
        else:
            same += 1
    if sorted(times[0]) != sorted(times[1]) or new != marked.encoded:
        raise not_proven(where, "the new frames are shown at other times")
    _decode(after, demuxer, marked, where)
    return Proof(packets, same, new)


def _packets(path: Path, demuxer: str, where: str) -> Iterator[_Packet]:
    maps = ["-map", "0:V:0", "-map", "0:a?", "-map", "0:s?"]
    options = [
        "-copyts",
        *given(path, demuxer),
        *maps,
        "-c",
        "copy",
        "-avoid_negative_ts",
        "disabled",
        "-f",
        "framemd5",
    ]
    for line in lines(options, where):
        if not line.startswith("#"):
            stream, *rest = (part.strip() for part in line.split(","))
            yield _Packet(stream, tuple(rest[:3]), tuple(rest[3:]))


def _decode(path: Path, demuxer: str, marked: MarkedVideo, where: str) -> None:
    count = min(marked.frames, marked.encoded + _BEHIND)
    options = ["-xerror", "-err_detect", "explode", "-ignore_editlist", "1"] if marked.format == "mp4" else ["-xerror"]
    words = [*given(path, demuxer, *options), "-map", "0:V:0", "-frames:v", str(count), "-f", "framemd5", "pipe:1"]
    shown = [line for line in ffmpeg(words, where).splitlines() if not line.startswith(b"#")]
    if len(shown) != count:
        raise not_proven(where, "it does not decode to as many frames")
