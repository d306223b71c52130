"""Travel permits between the mainland and Taiwan, issued by the exit and entry authorities.

台湾居民来往大陆通行证 (台胞证): eight digits, on older ones two digits or a letter more for the issue;
大陆居民往来台湾通行证: T or L and eight digits. No public check digit. Limits: eight digits are anything, so only a word
such as 台胞证 makes a finding.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, says, squeezed
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import DIGITS, PLAIN_END, Trigger

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_NUMBER = r"(?:[TLtl]?[0-9]{8}(?:[(（][0-9A-Za-z]{1,2}[)）]|[0-9]{2}|[A-Za-z])?)"
_FORM = re.compile(_NUMBER + PLAIN_END)
_PLACE = re.compile(r"[0-9TLtl](?<![0-9A-Za-z][-._].)(?=[0-9]{7})")
_SAYS_SO = re.compile(r"(?:台胞证|台湾居民|台湾通行证|大陆通行证)[^。；;\n0-9]{0,14}\Z")


def compact(value: str) -> str:
    """Eight to eleven characters in capitals."""
    return squeezed(value)


def validate(value: str) -> Checked:
    """The form alone; there is nothing else to check."""
    number = compact(value)
    return Checked(number, "none", () if re.fullmatch(_NUMBER, number) else ("form",))


def match(text: str, at: int) -> Hit | None:
    """A number at this place, where words say that it is one."""
    found = _FORM.match(text, at)
    return Hit(at, found.end(), "none", "high") if found and says(_SAYS_SO, text, at) else None


DETECTOR = Detector(
    "taiwan_permit", compact, validate, match, (Trigger(_PLACE, DIGITS + "TLtl"),), PERSONAL, sensitive=True
)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
