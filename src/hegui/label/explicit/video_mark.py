"""A mark on a video as a value: what its opening shows and for how long, and what became of a file.

Knows wording, place and time; knows no frames and no format. The wording is held to the elements as on a picture, the time to
what the standard asks for.
Rules: GB 45438-2025 5.4 (opening frame, at least two seconds at normal speed, height at least 5 % of the shortest side).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hegui.kernel.splice import Splice
from hegui.label.explicit.mark import WORDINGS, PictureMark, Place, Stamp
from hegui.label.explicit.media_faults import unfit
from hegui.label.explicit.rules import number

__all__ = ["MarkedVideo", "VideoMark"]


@dataclass(frozen=True, slots=True)
class VideoMark:
    """What to put on a video.

    Attributes:
        text: the wording, with both elements. Raises LabelError (LBL101) where one is missing.
        place: corner or edge, of the picture as it is shown.
        seconds: how long, from the first frame; None for the usual time. Raises LabelError (LBL139) where it is too short.
        may_reencode: whether all frames may be encoded anew where there is no keyframe to go on from.
        font: a font file of the operator's own; None for the bundled one.
    """

    text: str = WORDINGS["zh"]
    place: Place = "bottom_right"
    seconds: float | None = None
    may_reencode: bool = False
    font: Path | None = None

    def __post_init__(self) -> None:
        _ = self.picture
        least, most = number("video.seconds"), number("video.longest")
        if not least <= self.shown <= most:
            raise unfit(self.shown, least, most)

    @property
    def picture(self) -> PictureMark:
        """The mark as it stands on a frame."""
        return PictureMark(self.text, self.place, font=self.font)

    @property
    def shown(self) -> float:
        """Seconds for which it is shown."""
        return number("video.shown") if self.seconds is None else self.seconds


@dataclass(frozen=True, slots=True)
class MarkedVideo:
    """How a file must change to bear its mark.

    Attributes:
        splices: the changes; none where the mark stands already.
        format: "mp4" or "matroska".
        codec: of the frames, as ffprobe calls it.
        stamp: what stands on the frames; `frame` is 0.
        seconds: for how long it is shown; less than was asked for only where the video is shorter.
        encoded: how many frames were encoded anew, of `frames`.
        frames: of the video; 0 where nothing was changed and none were counted.
        notes: what to know, such as a signature that no longer fits.
    """

    splices: tuple[Splice, ...]
    format: str
    codec: str
    stamp: Stamp
    seconds: float
    encoded: int
    frames: int
    notes: tuple[str, ...] = ()
