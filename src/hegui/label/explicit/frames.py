"""Which frames of an animation must be drawn on so that the mark is there in every picture shown.

Knows how frames cover the canvas and are disposed of; knows no format and no pixels. Follows the mark through the animation:
a frame that shows it whole puts it on, one that misses it leaves it, one that is cleared away takes it along. Where a frame
would have to show more than it does, it may grow over a canvas that is blank; else there is no answer that leaves the other
pixels alone.
Rules: GB 45438-2025 5.2 read for moving pictures: the mark is there as long as the picture is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hegui.label.explicit.faults import animation_would_blink
from hegui.label.explicit.mark import Box

__all__ = ["Dispose", "Frame", "grown"]

Dispose = Literal["keep", "clear", "previous"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: the part of the canvas it covers, and what becomes of that part afterwards."""

    box: Box
    dispose: Dispose


def grown(frames: Sequence[Frame], plate: Box, where: str) -> list[Box]:
    """The box each frame must cover: its own, or one grown to hold the plate.

    Raises LabelError (LBL109) where growing would hide what earlier frames left.
    """
    boxes: list[Box] = []
    is_marked, is_blank = False, True
    for number, frame in enumerate(frames):
        box = frame.box
        if not box.holds(plate) and not is_marked:
            if not is_blank or frame.dispose == "previous":
                raise animation_would_blink(where, number)
            box = box.with_(plate)
        boxes.append(box)
        shown = is_marked or box.holds(plate)
        if frame.dispose == "keep":
            is_marked, is_blank = shown, False
        elif frame.dispose == "clear" and box.meets(plate):
            is_marked = False
        # cleared: what was blank before is blank again; "previous" brings back what was
    return boxes
