"""Whether the opening of a video bears a visible mark that is large, legible and there long enough.

Knows what judges pictures, and takes frames of the opening to it: at its start, in the middle of the time the standard asks
for, and at its end. Between these it does not look; where a mark is not one of ours, what it says is not known, and the
answer is UNKNOWN with what a person has to look at.
Rules: GB 45438-2025 5.4; the numbers are parameters (data/explicit.yaml).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hegui.kernel.logic import Verdict, all_of, verdict
from hegui.kernel.source import Source
from hegui.label.explicit.check import MarkCheck, check_mark
from hegui.label.explicit.ffmpeg import need_ffmpeg
from hegui.label.explicit.mark import Box, Stamp
from hegui.label.explicit.media_faults import cannot_video
from hegui.label.explicit.opening import DEMUXERS, frames_at, times_of
from hegui.label.explicit.pillow import need_pillow
from hegui.label.explicit.probe import video_of
from hegui.label.explicit.rules import number
from hegui.label.formats import codec_of

__all__ = ["VideoCheck", "check_video"]


@dataclass(frozen=True, slots=True)
class VideoCheck:
    """What was seen on the opening.

    Attributes:
        frames: seconds from the start, and what was seen there.
        is_short: whether the video ends before the time that the standard asks for.
        is_there: on the first frame that was looked at.
        is_long: on all of them.
        is_complete, is_large, is_legible: as for pictures, of all frames.
    """

    frames: tuple[tuple[float, MarkCheck], ...]
    is_short: bool
    is_there: Verdict
    is_long: Verdict
    is_complete: Verdict
    is_large: Verdict
    is_legible: Verdict

    @property
    def verdict(self) -> Verdict:
        """All of them together."""
        return all_of((self.is_there, self.is_long, self.is_complete, self.is_large, self.is_legible))

    @property
    def unsettled(self) -> tuple[str, ...]:
        """What a person has to look at."""
        names = ("is_there", "is_long", "is_complete", "is_large", "is_legible")
        return tuple(name for name in names if getattr(self, name) is Verdict.UNKNOWN)


def check_video(
    path: Path, name: str = "", *, stamp: Stamp | None = None, region: Box | None = None, font: Path | None = None
) -> VideoCheck:
    """What stands on the opening.

    Args:
        path: the video.
        name: what to call it in messages; its own name where it is empty.
        stamp: what was put on; its letters are compared with the frames.
        region: where somebody says the mark is, in the picture as shown. Without either our plates are looked for.
        font: the font the stamp was drawn with, where it was not the bundled one.
    Raises:
        LabelError: LBL100, LBL104, LBL105, LBL114; LBL130, LBL131, LBL135.
    """
    where = name or path.name
    need_pillow()
    need_ffmpeg()
    with path.open("rb") as file:
        codec = codec_of(Source(file), path.name)
    if codec is None or codec.NAME not in DEMUXERS:
        raise cannot_video(where, "it is no MP4, QuickTime, Matroska or WebM")
    demuxer = DEMUXERS[codec.NAME]
    video = video_of(path, demuxer, where)
    least = number("video.seconds")
    times = times_of(video.seconds, least, float(video.rate))
    stamps = (stamp,) if stamp is not None else ()
    frames: list[tuple[float, MarkCheck]] = []
    for at, picture in frames_at(path, demuxer, times, video.shown, where):
        frames.append((at, check_mark(picture, where, stamps=stamps, region=region, font=font)[0]))
        if not stamps and region is None and frames[0][1].is_there is Verdict.UNKNOWN:
            break  # no plate of ours begins the video, and what else there may be is not read
    return _judged(tuple(frames), is_short=0 < video.seconds < least)


def _judged(frames: tuple[tuple[float, MarkCheck], ...], *, is_short: bool) -> VideoCheck:
    seen = [check for _, check in frames]
    there = seen[0].is_there
    long = all_of(check.is_there for check in seen) if there is not Verdict.FAILS else verdict(False)
    if long is Verdict.HOLDS and is_short:
        long = Verdict.UNKNOWN
    if long is Verdict.UNKNOWN and there is Verdict.HOLDS and not is_short:
        long = Verdict.FAILS
    return VideoCheck(
        frames, is_short, there, long, all_of(check.is_complete for check in seen), all_of(check.is_large for check in seen),
        all_of(check.is_legible for check in seen),
    )  # fmt: skip
