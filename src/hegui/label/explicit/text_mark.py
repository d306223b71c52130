"""A visible mark in a text as a value, and what became of it.

Knows wording and place; knows no format. The wording is one line, short enough to be found where marks are looked for.
Rules: GB 45438-2025 5.1 (both elements; at the start, at the end or at a suitable place in the middle).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hegui.kernel.splice import Splice
from hegui.label.explicit.faults import lacks_elements, not_a_line
from hegui.label.explicit.rules import number
from hegui.label.policy import DEFAULT_TEXT
from hegui.label.wording import explain_wording

__all__ = ["MarkedText", "TextMark", "TextPlace"]

TextPlace = Literal["head", "tail"]


@dataclass(frozen=True, slots=True)
class TextMark:
    """What to put into a text.

    Attributes:
        text: the wording, with both elements. Raises LabelError (LBL101, LBL115).
        place: before the text or behind it.
    """

    text: str = DEFAULT_TEXT["zh"]
    place: TextPlace = "tail"

    def __post_init__(self) -> None:
        wording = explain_wording(self.text)
        if not wording.has_ai_element:
            raise lacks_elements("AI")
        if not wording.has_generation_element:
            raise lacks_elements("generation")
        most = int(number("text.window"))
        if len(self.text) > most or len(self.text.splitlines()) != 1 or self.text != self.text.strip():
            raise not_a_line(len(self.text), most)

    @property
    def is_chinese(self) -> bool:
        """Whether it has a Chinese character."""
        return any("\u4e00" <= character <= "\u9fff" for character in self.text)


@dataclass(frozen=True, slots=True)
class MarkedText:
    """How a text must change to bear its mark.

    Attributes:
        splices: the changes; none where the mark stands already.
        format: "text", "markdown", "html", "srt", "vtt", "ass".
        place: where the mark stands; a tail that would not be seen becomes the head.
    """

    splices: tuple[Splice, ...]
    format: str
    place: TextPlace
