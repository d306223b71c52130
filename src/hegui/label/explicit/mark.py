"""A visible mark on a picture as a value: what it says, where it stands, and what became of it.

Knows wording, place and boxes; knows no pixels, no format and no library. A mark that lacks an element is none, so it cannot be
made; what was done to a file comes back as stamps, one for each frame or page, with the figures the standard asks for.
Rules: GB 45438-2025 5.1 (elements), 5.2 (edge or corner; height of the text at least 5 % of the shortest side).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from hegui.label.explicit.faults import lacks_elements
from hegui.label.wording import explain_wording

__all__ = ["SHORT", "WORDINGS", "Box", "Loss", "PictureMark", "Place", "Stamp", "Stamped"]

Place = Literal["bottom_right", "bottom_left", "top_right", "top_left", "bottom", "top"]

WORDINGS = {"zh": "人工智能生成", "en": "AI-generated"}
"""The wordings offered for pictures."""
SHORT = "AI生成"
"""What narrow pictures fall back to: the shortest text with both elements."""

Loss = Literal["none", "picture"]
"""none: every pixel beside the plates is as it was; picture: the whole picture was encoded anew, with loss."""


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column behind it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.height

    def meets(self, other: Box) -> bool:
        """Whether the two share a pixel."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies within this one."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def with_(self, other: Box) -> Box:
        """The smallest box that holds both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        return Box(left, top, max(self.right, other.right) - left, max(self.bottom, other.bottom) - top)


@dataclass(frozen=True, slots=True)
class PictureMark:
    """What to put on a picture.

    Attributes:
        text: the wording, with both elements. Raises LabelError (LBL101) where one is missing.
        place: corner or edge, of the picture as it is shown.
        may_reencode: whether a JPEG may be encoded anew where that is the only way.
        font: a font file of the operator's own; None for the bundled one.
    """

    text: str = WORDINGS["zh"]
    place: Place = "bottom_right"
    may_reencode: bool = False
    font: Path | None = None

    def __post_init__(self) -> None:
        wording = explain_wording(self.text)
        if not wording.has_ai_element:
            raise lacks_elements("AI")
        if not wording.has_generation_element:
            raise lacks_elements("generation")


@dataclass(frozen=True, slots=True)
class Stamp:
    """One mark that was put on.

    Attributes:
        frame: number of the frame or page, from 0.
        box: the plate in the picture as it is shown.
        text: the wording; SHORT where the picture was too narrow for the one asked for.
        ink: height of the lowest glyph of the elements, in pixels, measured.
        least_ink: what it must be at least.
        contrast: WCAG ratio of text and the brightest ground under the plate, measured.
    """

    frame: int
    box: Box
    text: str
    ink: int
    least_ink: int
    contrast: float


@dataclass(frozen=True, slots=True)
class Stamped:
    """A picture with its marks.

    Attributes:
        data: the file.
        format: "png", "jpeg", "webp", "gif", "tiff", "bmp", "avif".
        stamps: one for each frame or page.
        loss: what happened to the rest of the picture.
        is_changed: False where every frame bore the mark already, and `data` is what was given.
        notes: what to know, such as metadata that could not be carried over.
    """

    data: bytes
    format: str
    stamps: tuple[Stamp, ...]
    loss: Loss = "none"
    is_changed: bool = True
    notes: tuple[str, ...] = ()
