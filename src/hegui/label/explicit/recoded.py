"""The first frames of a video, made again by ffmpeg with the plate on them: as many as there were, one packet for each.

Knows which encoder makes frames like the old ones, and how to have as many come out as went in: no frame is dropped or
doubled, none is reordered, and each is given back as it stands in a file. Knows no container but the one it has them written to.
Rules: none; this is our own. The quality is a parameter (data/explicit.yaml).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hegui.kernel.source import MalformedError, Source
from hegui.label.explicit.ffmpeg import encoders, ffmpeg, folder, given, url
from hegui.label.explicit.media_faults import cannot_video, not_proven, program_failed, too_long
from hegui.label.explicit.mp4_frames import NewFrames
from hegui.label.explicit.mp4_track import film_of, track_of
from hegui.label.explicit.probe import Video
from hegui.label.explicit.rules import number
from hegui.label.explicit.timeline import Cut

__all__ = ["CODECS", "Codec", "frame_is_key", "recoded"]

_PROFILES = {
    "Constrained Baseline": "baseline", "Baseline": "baseline", "Main": "main", "High": "high", "High 10": "high10",
    "High 4:2:2": "high422", "High 4:4:4 Predictive": "high444",
}  # fmt: skip
_MOST_KEYS = 4000
_REORDERS = ("bframes=0", "bframes=2:b-pyramid=none", "bframes=3:b-pyramid=normal")
"""For x264, by how many places frames are shown later: as many as in the old ones, so that times fit and players see no change."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How frames of a codec are made.

    Attributes:
        encoder: its name in ffmpeg.
        options: of the encoder.
        box: where MP4 holds its configuration; "" where there is none that changes.
        stays: whether new frames may stand before old ones.
    """

    encoder: str
    options: tuple[str, ...]
    box: bytes
    stays: bool


_VPX = ("-deadline", "good", "-cpu-used", "4", "-lag-in-frames", "0", "-auto-alt-ref", "0", "-b:v")
CODECS = {
    "h264": Codec("libx264", ("-preset", "medium", "-sc_threshold", "0"), b"avcC", True),
    "hevc": Codec("libx265", ("-preset", "fast", "-bf", "0", "-tag:v", "hvc1"), b"hvcC", False),
    "vp8": Codec("libvpx", (*_VPX, "20M"), b"", True),
    "vp9": Codec("libvpx-vp9", (*_VPX, "0", "-row-mt", "1"), b"", True),
}
"""Codecs whose frames can be made again, by the name ffprobe has for them."""


def recoded(
    path: Path,
    demuxer: str,
    video: Video,
    plate: Path,
    at: tuple[int, int],
    part: Cut,
    identity: int | None,
    where: str,
) -> NewFrames:
    """The frames of the cut.

    Args:
        path: the video.
        demuxer: that reads it.
        video: its figures.
        plate: a PNG of the plate, with alpha.
        at: where it goes.
        part: how many frames, and which show it.
        identity: for H.264, the number that the new parameter sets get; None for no matter.
        where: the file's name, for messages.
    Raises:
        LabelError: LBL130, LBL131, LBL135 to LBL137.
    """
    codec = CODECS[video.codec]
    if codec.encoder not in encoders():
        raise program_failed(where, "ffmpeg", f"it has no encoder {codec.encoder}")
    most = int(number("video.most_encoded"))
    if part.count > most:
        raise too_long(where, f"{part.count} frames would be encoded anew, and {most} are the most")
    with folder() as place:
        out = place / ("head.mp4" if codec.box else "head.ivf")
        words = [
            *_inputs(path, demuxer, plate),
            *_filter(video, at, part),
            *_output(video, codec, part, identity, where),
        ]
        ffmpeg([*words, "-f", "mp4" if codec.box else "ivf", url(out)], where, whole=part.count > 1000)
        if out.stat().st_size > number("video.most_bytes"):
            raise too_long(where, "the part that is encoded anew is too large")
        new = _from_mp4(out, codec.box, where) if codec.box else _from_ivf(out, video.codec)
    if len(new.data) != part.count or 0 not in new.syncs:
        raise cannot_video(where, "its frames are not as many as its packets")
    return new


def frame_is_key(codec: str, head: bytes) -> bool:
    """Whether a frame of VP8 or VP9 is a keyframe, by its first byte."""
    if not head:
        return False
    if codec == "vp8":
        return not head[0] & 1
    return head[0] >> 6 == 2 and head[0] & 0x30 != 0x30 and not head[0] & 0x0C


def _inputs(path: Path, demuxer: str, plate: Path) -> list[str]:
    threads = ["-threads", str(int(number("program.threads"))), "-noautorotate"]
    whole = ["-ignore_editlist", "1"] if demuxer.startswith("mov") else []
    return [*given(path, demuxer, *threads, *whole), *given(plate, "png_pipe")]


def _filter(video: Video, at: tuple[int, int], part: Cut) -> list[str]:
    """Frames counted through, the plate on the first of them."""
    ticks = f"settb={video.rate.denominator}/{video.rate.numerator},setpts=N"
    over = f"overlay={at[0]}:{at[1]}:format=auto:enable='lt(n,{part.marked})'"
    graph = f"[0:v:0]{ticks}[film];[1:v:0]format=rgba[plate];[film][plate]{over},format={video.format}[out]"
    rate = f"{video.rate.denominator}:{video.rate.numerator}"
    return [
        "-filter_complex",
        graph,
        "-map",
        "[out]",
        "-enc_time_base",
        rate,
        *_passing(),
        "-frames:v",
        str(part.count),
    ]


def _output(video: Video, codec: Codec, part: Cut, identity: int | None, where: str) -> Iterator[str]:
    yield from ("-map_metadata", "-1", "-c:v", codec.encoder, *codec.options, *video.colours)
    yield from ("-threads", str(int(number("program.threads"))), "-pix_fmt", video.format)
    yield from ("-crf", str(int(number(f"video.quality_{video.codec}"))))
    if len(part.keys) <= _MOST_KEYS:
        yield from (
            "-g",
            "100000",
            "-force_key_frames",
            ",".join(f"{max(0, (key - 0.4) / video.rate):.6f}" for key in part.keys),
        )
    if video.codec == "h264":
        if video.profile not in _PROFILES:
            raise cannot_video(where, "its profile of H.264 is not handled")
        yield from ("-profile:v", _PROFILES[video.profile])
        if video.level > 0:
            yield from ("-level:v", str(video.level / 10))
        same = f":sps-id={identity}" if identity is not None else ""
        yield from ("-x264-params", _REORDERS[min(video.reorder, 2)] + same)
    elif video.codec == "hevc":
        yield from ("-x265-params", f"log-level=error:pools={int(number('program.threads'))}")


def _from_mp4(out: Path, kind: bytes, where: str) -> NewFrames:
    with out.open("rb") as file:
        source = Source(file, budget=1 << 30)
        track = track_of(source, film_of(source, where, cannot_video), b"vide", where, cannot_video)
        config = track.entry.named(kind)
        order = sorted(range(len(track.shown)), key=lambda sample: track.shown[sample])
        ranks = {sample: rank for rank, sample in enumerate(order)}
        if config is None or len(set(track.shown)) != len(order):
            raise not_proven(where, "the new frames are not in order")
        data = [source.at(at, size) for at, size in zip(track.offsets, track.sizes, strict=True)]
        return NewFrames(
            data,
            [ranks[sample] for sample in range(len(order))],
            track.syncs,
            source.at(config.body, config.end - config.body),
        )


def _from_ivf(out: Path, codec: str) -> NewFrames:
    raw, at = out.read_bytes(), 32
    data = []
    while at + 12 <= len(raw):
        size = int.from_bytes(raw[at : at + 4], "little")
        if at + 12 + size > len(raw):
            raise MalformedError("a coded frame is cut", at)
        data.append(raw[at + 12 : at + 12 + size])
        at += 12 + size
    return NewFrames(
        data,
        range(len(data)),
        frozenset(number for number, one in enumerate(data) if frame_is_key(codec, one[:1])),
        None,
    )


@cache
def _passing() -> tuple[str, str]:
    """The option that lets every frame through as it is; its name changed with ffmpeg 5.1."""
    found = re.match(rb"ffmpeg version n?(\d+)\.(\d+)", ffmpeg(["-version"], ""))
    is_old = found is not None and (int(found[1]), int(found[2])) < (5, 1)
    return ("-vsync" if is_old else "-fps_mode", "passthrough")
