"""What a detector of personal information (个人信息) says: what stands where, whether its check digit is right, how surely.

Knows no text, no policy and no value: a finding holds offsets, never what it found. Offsets are raw characters from the
beginning of the text, half-open. Rules: Personal Information Protection Law Art. 4 and 28; GB/T 35273-2020 annexes A and B.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

__all__ = ["Check", "Checked", "Confidence", "Hit", "PersonalFinding"]

Check = Literal["right", "wrong", "none"]
"""The check digit (校验码): right, wrong, or the number has none."""

Confidence = Literal["high", "medium", "low"]
"""high: the value proves itself, or its form and the words beside it agree; medium: one of the two; low: it looks like one,
and something speaks against it (a wrong check digit with nothing beside it, the word for an order number before it)."""


@dataclass(frozen=True, slots=True)
class PersonalFinding:
    """Personal information found. `kind` is the name of its detector."""

    kind: str
    start: int
    end: int
    check: Check
    confidence: Confidence


class Checked(NamedTuple):
    """What validating one value says.

    Attributes:
        value: the value without its spaces and hyphens, in ordinary digits and letters.
        check: whether its check digit is right.
        faults: what is wrong, as keys of the catalogue under personal.fault; empty when nothing is.
    """

    value: str
    check: Check
    faults: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A candidate in text that is already read (see `reading`): its place there, its check digit, how surely."""

    start: int
    end: int
    check: Check
    confidence: Confidence
