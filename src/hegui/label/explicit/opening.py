"""Frames of the opening of a video as a person sees them: turned, and with square pixels.

Knows which containers videos come in, and at which times the opening is looked at; decodes through ffmpeg.
Rules: GB 45438-2025 5.4 (the opening); which times, within those that count, is our choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hegui.label.explicit.ffmpeg import ffmpeg, folder, given, url
from hegui.label.explicit.media_faults import cannot_video

__all__ = ["DEMUXERS", "frames_at", "times_of"]

DEMUXERS = {"mp4": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}
"""The containers, by the names of their codecs for labels, and ffmpeg's names for them."""
SHARES = (0.05, 0.5, 0.95)
"""Of the time that counts, where frames are taken."""


def frames_at(
    path: Path, demuxer: str, times: Sequence[float], size: tuple[int, int], where: str
) -> Iterator[tuple[float, bytes]]:
    """The frames at these seconds as PNG of this size. Raises LabelError (LBL130, LBL131, LBL135)."""
    shape = f"scale={size[0]}:{size[1]},setsar=1,format=rgb24"
    with folder() as place:
        outs = [place / f"{number}.png" for number in range(len(times))]
        inputs = [word for at in times for word in given(path, demuxer, "-ss", str(at))]
        for number, out in enumerate(outs):
            inputs += [
                "-map",
                f"{number}:V:0",
                "-vf",
                shape,
                "-frames:v",
                "1",
                "-c:v",
                "png",
                "-f",
                "image2pipe",
                url(out),
            ]
        ffmpeg(inputs, where)
        for at, out in zip(times, outs, strict=True):
            data = out.read_bytes()
            if not data:
                raise cannot_video(where, "no frame is shown at its opening")
            yield at, data


def times_of(seconds: float, wanted: float, rate: float) -> list[float]:
    """When to look: at shares of the time wanted, or of a video of fewer seconds up to its last frame.

    >>> times_of(10.0, 2.0, 25.0), times_of(1.0, 2.0, 10.0)
    ([0.1, 1.0, 1.9], [0.045, 0.45, 0.855])
    """
    whole = min(wanted, seconds - 1 / rate) if seconds else wanted
    return [round(share * max(0.0, whole), 3) for share in SHARES]
