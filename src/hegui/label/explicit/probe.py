"""What ffprobe tells of a video, as far as its frames can be made again like the old ones.

Knows the shapes of picture that are handled, and says of every other why not: high dynamic range, interlaced pictures, alpha,
several video tracks. Knows how the picture is turned and stretched before it is shown; knows no bytes.
Rules: ISO/IEC 14496-12 8.5.3 (matrix) and CIPA DC-008 (the numbers of the orientations).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from hegui.label.explicit.ffmpeg import probed
from hegui.label.explicit.media_faults import cannot_video
from hegui.label.explicit.orientation import shown_size
from hegui.label.explicit.pillow import bounded

__all__ = ["Video", "video_of"]

_FORMATS = ("yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le")
_ORIENTATIONS = {
    (1, 0, 0, 1): 1, (-1, 0, 0, 1): 2, (-1, 0, 0, -1): 3, (1, 0, 0, -1): 4, (0, 1, 1, 0): 5, (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7, (0, -1, 1, 0): 8,
}  # fmt: skip
"""The four numbers of a matrix that turn and mirror → EXIF orientation."""
_COLOURS = {
    "color_range": "-color_range", "color_space": "-colorspace", "color_primaries": "-color_primaries",
    "color_transfer": "-color_trc",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Video:
    """The video track.

    Attributes:
        codec, profile: as ffprobe calls them.
        format: of the pixels.
        width, height: of a frame as stored.
        stretch: width of a pixel by its height.
        orientation: how a frame is turned to be shown, 1 to 8.
        rate: frames a second, on average.
        level: of the codec; 0 where it is not told.
        reorder: by how many places frames are shown later than decoded.
        colours: what the colours mean, as options of ffmpeg.
        seconds: how long the file takes; 0.0 where it is not told.
    """

    codec: str
    profile: str
    format: str
    width: int
    height: int
    stretch: Fraction
    orientation: int
    rate: Fraction
    level: int
    reorder: int
    colours: tuple[str, ...]
    seconds: float

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height as it is shown, in square pixels."""
        return shown_size(max(1, round(self.width * self.stretch)), self.height, self.orientation)


def video_of(path: Path, demuxer: str, where: str) -> Video:
    """The only video track. Raises LabelError (LBL104, LBL105, LBL130, LBL131, LBL135)."""
    found = probed(path, demuxer, where)
    streams = [stream for stream in found.get("streams", []) if stream.get("codec_type") == "video"]
    pictures = [stream for stream in streams if not stream.get("disposition", {}).get("attached_pic")]
    if len(pictures) != 1:
        raise cannot_video(where, "it has no video track, or several")
    stream = pictures[0]
    reason = next(_reasons(stream), None)
    if reason is not None:
        raise cannot_video(where, reason)
    width, height = int(stream.get("width", 0)), int(stream.get("height", 0))
    bounded(width, height, where)
    stretch = _fraction(stream.get("sample_aspect_ratio", "1:1").replace(":", "/"))
    rates = (_fraction(stream.get(name, "")) for name in ("avg_frame_rate", "r_frame_rate"))
    return Video(
        str(stream.get("codec_name", "")), str(stream.get("profile", "")), stream["pix_fmt"], width, height,
        stretch if stretch is not None and Fraction(1, 4) <= stretch <= 4 else Fraction(1), _orientation(stream, where),
        next((rate for rate in rates if rate is not None and 1 <= rate <= 1000), Fraction(25)), int(stream.get("level", 0)),
        int(stream.get("has_b_frames", 0)),
        tuple(word for name, option in _COLOURS.items() if _is_told(stream.get(name)) for word in (option, stream[name])),
        float(_fraction(found.get("format", {}).get("duration", "")) or 0),
    )  # fmt: skip


def _reasons(stream: dict[str, Any]) -> Iterator[str]:
    """Why a track cannot be drawn on."""
    if stream.get("color_transfer") in ("smpte2084", "arib-std-b67"):
        yield "its colours are of high dynamic range"
    if stream.get("field_order", "progressive") not in ("progressive", "unknown"):
        yield "its pictures are interlaced"
    if stream.get("pix_fmt") not in _FORMATS or stream.get("tags", {}).get("alpha_mode") == "1":
        yield "its pixels are of a kind that is not handled"
    kinds = [str(side.get("side_data_type", "")) for side in stream.get("side_data_list", [])]
    if any("DOVI" in kind or "Spherical" in kind or "Stereo" in kind for kind in kinds):
        yield "it is stereoscopic, spherical or Dolby Vision"


def _orientation(stream: dict[str, Any], where: str) -> int:
    for side in stream.get("side_data_list", []):
        if "displaymatrix" in side:
            rows = [
                re.findall(r"-?\d+", line.split(":", 1)[1])
                for line in side["displaymatrix"].splitlines()
                if ":" in line
            ]
            four = tuple(_sign(rows, row, column) for row in (0, 1) for column in (0, 1))
            if four not in _ORIENTATIONS:
                raise cannot_video(where, "it is turned by an angle that is no right one")
            return _ORIENTATIONS[four]
    return 1


def _sign(rows: list[list[str]], row: int, column: int) -> int:
    """A number of the matrix as -1, 0 or 1, 2 for any other."""
    value = int(rows[row][column]) if row < len(rows) and column < len(rows[row]) else 2
    return {0: 0, 65536: 1, -65536: -1}.get(value, 2)


def _is_told(value: object) -> bool:
    return (
        isinstance(value, str)
        and re.fullmatch(r"[a-z0-9-]{1,20}", value) is not None
        and value not in ("unknown", "reserved")
    )


def _fraction(text: str) -> Fraction | None:
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    return found if found > 0 else None
