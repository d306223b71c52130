"""Whether a picture bears a visible mark that is large, legible and complete enough.

Knows three things to go by: the stamp of a mark that was put on, a region that somebody says holds one, or nothing but the
picture. Reads no writing: unless the plate is one of ours, what the text says is not known, and the answer is UNKNOWN with
what a person has to look at. What is too low or too faint fails whatever it says.
Rules: GB 45438-2025 5.1, 5.2; the numbers are parameters (data/explicit.yaml). Contrast: WCAG 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from hegui.kernel.logic import Verdict, all_of, verdict
from hegui.label.explicit.faults import cannot_mark, outside
from hegui.label.explicit.mark import Box, Stamp
from hegui.label.explicit.pictures import format_of
from hegui.label.explicit.pillow import decoding, need_pillow
from hegui.label.explicit.rules import number
from hegui.label.wording import explain_wording

if TYPE_CHECKING:
    from PIL import Image

    from hegui.label.explicit.recognise import Recognised

__all__ = ["MarkCheck", "check_mark"]


@dataclass(frozen=True, slots=True)
class MarkCheck:
    """What was seen on one frame or page.

    Attributes:
        frame: its number, from 0.
        region: where the mark is, in the picture as shown; None where none was found.
        text: what it says, where it is one of our plates.
        likeness: correlation with our letters, where they were compared.
        ink: height of the ink in pixels.
        least_ink: what it must be.
        contrast: WCAG ratio of ink and ground.
        least_contrast: what it must be.
        is_there, is_complete, is_large, is_legible: the four questions.
    """

    frame: int
    region: Box | None
    text: str | None
    likeness: float | None
    ink: int | None
    least_ink: int
    contrast: float | None
    least_contrast: float
    is_there: Verdict
    is_complete: Verdict
    is_large: Verdict
    is_legible: Verdict

    @property
    def verdict(self) -> Verdict:
        """All four together."""
        return all_of((self.is_there, self.is_complete, self.is_large, self.is_legible))

    @property
    def unsettled(self) -> tuple[str, ...]:
        """What a person has to look at."""
        names = ("is_there", "is_complete", "is_large", "is_legible")
        return tuple(name for name in names if getattr(self, name) is Verdict.UNKNOWN)


def check_mark(
    data: bytes, name: str = "", *, stamps: tuple[Stamp, ...] = (), region: Box | None = None, font: Path | None = None
) -> tuple[MarkCheck, ...]:
    """What stands on each frame or page.

    Args:
        data: the picture.
        name: its name, for messages.
        stamps: what was put on, one for each frame; the letters are compared with the picture.
        region: where somebody says the mark is, in the picture as shown. Without either our plates are looked for.
        font: the font the stamps were drawn with, where it was not the bundled one.
    Raises:
        LabelError: LBL100, LBL104 to LBL106, LBL114.
    """
    need_pillow()
    from hegui.label.explicit.recognise import again, recognised  # Pillow is an optional extra
    from hegui.label.explicit.shown import frames

    kind = format_of(data)
    if kind in ("", "heic"):
        raise cannot_mark(name, "its format is not known" if not kind else "HEIC cannot be read here")
    by_frame = {stamp.frame: stamp for stamp in stamps}
    found: list[MarkCheck] = []
    seen: Recognised | None = None
    with decoding(name):
        for at, picture in enumerate(frames(data, kind, name)):
            if region and not Box(0, 0, *picture.size).holds(region):
                raise outside(name, str(tuple(region)))
            stamp = by_frame.get(at)
            if stamp is None and region is None:  # one search for the file: the frames of an animation share a place
                seen = recognised(picture) if at == 0 else again(picture, seen) if seen else None
            found.append(_checked(picture, at, stamp, region, seen, font))
    return tuple(found)


def _checked(
    picture: Image.Image,
    frame: int,
    stamp: Stamp | None,
    region: Box | None,
    seen: Recognised | None,
    font: Path | None,
) -> MarkCheck:
    """One frame."""
    from hegui.label.explicit.recognise import ENOUGH, compared

    text, alike, place = None, None, region
    is_there = is_complete = Verdict.UNKNOWN
    if stamp:
        alike, place = compared(picture, stamp, font), stamp.box
        text = stamp.text if alike >= ENOUGH else None
        is_there = verdict(alike >= ENOUGH)
    elif region is None and seen:
        text, alike, place, is_there = seen.text, seen.likeness, seen.box, Verdict.HOLDS
    if text is not None:
        is_complete = verdict(explain_wording(text).is_complete)
    least = ceil(number("picture.height_share") * min(picture.size))
    ink = contrast = None
    if place is not None and is_there is not Verdict.FAILS:
        ink, contrast = _measured(picture, place)
        if is_there is Verdict.UNKNOWN and ink == 0:
            is_there = Verdict.FAILS
    most = number("picture.least_contrast")
    return MarkCheck(
        frame, place, text, alike, ink, least, contrast, most, is_there, is_complete,
        verdict(None if ink is None else ink >= least), verdict(None if contrast is None else contrast >= most),
    )  # fmt: skip


def _measured(picture: Image.Image, region: Box) -> tuple[int, float]:
    """Height of the ink in a region, and its contrast."""
    from hegui.label.explicit.ink import ink_and_contrast

    return ink_and_contrast(picture.crop((region.left, region.top, region.right, region.bottom)))
