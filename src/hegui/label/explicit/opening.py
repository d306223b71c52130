"""Frames of the opening of a video as a person sees them: turned, and with square pixels.

Knows which containers videos come in, and at which times the opening is looked at; decodes through ffmpeg.
Rules: GB 45438-2025 5.4 (the opening); which times, within those that count, is our choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hegui.label.explicit.ffmpeg import ffmpeg, folder, given, url
from hegui.label.explicit.media_faults import cannot_video

__all__ = ["DEMUXERS", "SHARES", "frames_at"]

DEMUXERS = {"mp4": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}
"""The containers, by the names of their codecs for labels, and ffmpeg's names for them."""
SHARES = (0.05, 0.5, 0.95)
"""Of the time that counts, where frames are taken."""


def frames_at(path: Path, demuxer: str, times: Sequence[float], where: str) -> Iterator[tuple[float, bytes]]:
    """The frames at these seconds, as PNG. Raises LabelError (LBL130, LBL131, LBL135)."""
    with folder() as place:
        for at in times:
            out = place / "frame.png"
            shown = [
                "-vf",
                "scale=iw*sar:ih,setsar=1,format=rgb24",
                "-frames:v",
                "1",
                "-c:v",
                "png",
                "-f",
                "image2pipe",
            ]
            ffmpeg([*given(path, demuxer, "-ss", str(at)), "-map", "0:V:0", *shown, "-y", url(out)], where)
            data = out.read_bytes()
            if not data:
                raise cannot_video(where, "no frame is shown at its opening")
            yield at, data
