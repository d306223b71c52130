"""The plate of a video: a picture with alpha that ffmpeg lays over frames, and how legible it is on the opening.

Knows how frames are turned and stretched before they are shown, and lays the letters out so that they stand upright and as
high as they must be; knows no ffmpeg and no container. The plate begins and ends at even pixels, as colours are stored in pairs.
Rules: GB 45438-2025 5.4; the numbers are parameters (data/explicit.yaml). Contrast: WCAG 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from pathlib import Path

from PIL import Image

from hegui.label.explicit.mark import Box, Stamp
from hegui.label.explicit.plate import drawn, plate
from hegui.label.explicit.probe import Video
from hegui.label.explicit.recognise import standing
from hegui.label.explicit.rules import number
from hegui.label.explicit.video_mark import VideoMark

__all__ = ["painted", "standing_on", "worst_contrast"]


def painted(png: Path, video: Video, mark: VideoMark, where: str) -> tuple[Stamp, tuple[int, int]]:
    """The plate as a picture with alpha, as the frames are stored; what stands on them, and where it goes."""
    width = max(1, round(video.width * video.stretch))
    one = plate(width, video.height, mark.picture, where, orientation=video.orientation)
    left, right = (edge * video.width / width for edge in (one.stored.left, one.stored.right))
    box = _even(left, one.stored.top, right, one.stored.bottom, video)
    letters = (
        one.letters.resize((box.width, box.height), Image.Resampling.BICUBIC)
        if video.stretch != 1
        else _placed(one.letters, one.stored, box)
    )
    _drawn(letters).save(png, "PNG")
    return one.stamp(0, 0.0), (box.left, box.top)


def standing_on(pictures: Sequence[Image.Image], mark: VideoMark) -> Stamp | None:
    """What stands on the opening as it is shown, where every picture of it bears the very mark already."""
    found = [standing(picture, mark.picture) for picture in pictures]
    seen = [one for one in found if one is not None]
    return seen[0][0].stamp(0, min(one[1] for one in seen)) if len(seen) == len(found) else None


def worst_contrast(pictures: Sequence[Image.Image], mark: VideoMark, where: str) -> float:
    """The worst contrast of the plate on the opening as it will be shown. Raises LabelError (LBL110) where it is too low."""
    found = []
    for picture in pictures:
        one = plate(*picture.size, mark.picture, where)
        box = one.shown
        found.append(drawn(picture.crop((box.left, box.top, box.right, box.bottom)), one, where)[1])
    return round(min(found), 2)


def _even(left: float, top: int, right: float, bottom: int, video: Video) -> Box:
    """The box grown to even numbers, since colours are stored for pairs of pixels, within the frame."""
    first, upper = floor(left / 2) * 2, top // 2 * 2
    last = min(video.width, ceil(right / 2) * 2)
    lower = min(video.height, ceil(bottom / 2) * 2)
    return Box(first, upper, last - first, lower - upper)


def _placed(letters: Image.Image, inner: Box, outer: Box) -> Image.Image:
    """The letters on a plate that has grown."""
    grown = Image.new("L", (outer.width, outer.height), 0)
    grown.paste(letters, (inner.left - outer.left, inner.top - outer.top))
    return grown


def _drawn(letters: Image.Image) -> Image.Image:
    """White letters on black that lets some of the picture through."""
    opacity = number("picture.opacity")
    cover = [1 - (1 - opacity) * (1 - value / 255) for value in range(256)]
    alpha = letters.point([round(255 * one) for one in cover])
    grey = letters.point([round(value / one) for value, one in enumerate(cover)])
    return Image.merge("LA", (grey, alpha)).convert("RGBA")
