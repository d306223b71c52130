"""Numbers that only words make: a common form, no check digit, and a word before it that says what it is.

Knows no number. Such a detector is a form, the words that must stand within CONTEXT characters before it, and the
triggers; the rest is the same for all of them and stands here.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, says, squeezed
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import PLAIN_END, Trigger

__all__ = ["worded_number"]


def worded_number(kind: str, number: str, words: str, trigger: Trigger) -> Detector:
    """The detector of a sensitive number that has no public check digit.

    Args:
        kind: its name, that of its file.
        number: pattern of the whole number, with the separators people write inside it.
        words: pattern that must end right before the number.
        trigger: where it is worth looking.
    """
    form, said = re.compile(number + PLAIN_END), re.compile(words + r"\Z")

    def validate(value: str) -> Checked:
        compact = squeezed(value)
        return Checked(compact, "none", () if re.fullmatch(number, compact) else ("form",))

    def match(text: str, at: int) -> Hit | None:
        found = form.match(text, at)
        return Hit(at, found.end(), "none", "high") if found and says(said, text, at) else None

    return Detector(kind, squeezed, validate, match, (trigger,), PERSONAL, sensitive=True)
