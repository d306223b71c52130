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
from hegui.label.explicit.media_faults import cannot_video
from hegui.label.explicit.plate import drawn, fades, plate
from hegui.label.explicit.probe import Video
from hegui.label.explicit.recognise import standing
from hegui.label.explicit.rules import number
from hegui.label.explicit.video_mark import VideoMark

__all__ = ["painted", "standing_on", "worst_contrast"]

_LEAST_STRETCHED = 24
"""Pixels of ink from which letters keep their contrast when pixels are not square; at 12 they were seen to lose it."""


def painted(png: Path, video: Video, mark: VideoMark, where: str) -> tuple[Stamp, tuple[int, int]]:
    """The plate as a picture with alpha, as the frames are stored; what stands on them, and where it goes."""
    width = max(1, round(video.width * video.stretch))
    one = plate(width, video.height, mark.picture, where, orientation=video.orientation)
    if video.stretch != 1 and one.size.ink < _LEAST_STRETCHED:
        raise cannot_video(where, "its pixels are not square, and too few for letters that can be read")
    left, right = (edge * video.width / width for edge in (one.stored.left, one.stored.right))
    box = _even(left, one.stored.top, right, one.stored.bottom, video)
    letters = _fitted(one.letters, one.stored, box, width / video.width)
    _drawn(letters, 1.0 if fades(one) else number("picture.opacity")).save(png, "PNG")
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
        under = picture.crop((box.left, box.top, box.right, box.bottom))
        found.append(drawn(under, one, where, is_opaque=fades(one))[1])
    return round(min(found), 2)


def _even(left: float, top: int, right: float, bottom: int, video: Video) -> Box:
    """The box grown to even numbers, since colours are stored for pairs of pixels, within the frame."""
    first, upper = floor(left / 2) * 2, top // 2 * 2
    last = min(video.width, ceil(right / 2) * 2)
    lower = min(video.height, ceil(bottom / 2) * 2)
    return Box(first, upper, last - first, lower - upper)


def _fitted(letters: Image.Image, inner: Box, outer: Box, stretch: float) -> Image.Image:
    """The letters on a plate that has grown, and is stored narrower or wider than it is shown."""
    pad = ceil(4 * max(1.0, stretch))
    around = Image.new("L", (inner.width + 2 * pad, inner.height + 2 * pad), 0)
    around.paste(letters, (pad, pad))
    left, right = (edge * stretch - inner.left + pad for edge in (outer.left, outer.right))
    top, bottom = (edge - inner.top + pad for edge in (outer.top, outer.bottom))
    return around.resize((outer.width, outer.height), Image.Resampling.BICUBIC, box=(left, top, right, bottom))


def _drawn(letters: Image.Image, opacity: float) -> Image.Image:
    """White letters on black that lets some of the picture through."""
    cover = [1 - (1 - opacity) * (1 - value / 255) for value in range(256)]
    alpha = letters.point([round(255 * one) for one in cover])
    grey = letters.point([round(value / one) for value, one in enumerate(cover)])
    return Image.merge("LA", (grey, alpha)).convert("RGBA")
