"""Travel permits between the mainland and Hong Kong or Macau, issued by the exit and entry authorities.

港澳居民来往内地通行证 (回乡证): H (Hong Kong) or M (Macau) and eight digits, on older cards two more for the issue;
往来港澳通行证 for mainland residents: C or W and eight digits, or C, a letter and seven digits. No public check digit.
Limits: the form is common, so only a word such as 通行证 makes a finding. The residence permit (居住证) is a `resident_id`.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, says, squeezed
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import PLAIN_END, WORD

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_NUMBER = r"(?:[HMhm][- ]?[0-9]{8}(?:[(（ ]?[0-9]{2}[)）]?)?|[CWcw][- ]?(?:[0-9]{8}|[A-HJ-NP-Za-hj-np-z][0-9]{7}))"
_FORM = re.compile(_NUMBER + PLAIN_END)
_SAYS_SO = re.compile(r"(?:通行证|回乡证|港澳|证件|[Pp]ermit)[^。；;\n]{0,14}\Z")


def compact(value: str) -> str:
    """Nine or eleven characters in capitals."""
    return squeezed(value)


def validate(value: str) -> Checked:
    """The form alone; there is nothing else to check."""
    number = compact(value)
    return Checked(number, "none", () if re.fullmatch(_NUMBER, number) else ("form",))


def match(text: str, at: int) -> Hit | None:
    """A number at this place, where words say that it is one."""
    found = _FORM.match(text, at)
    return Hit(at, found.end(), "none", "high") if found and says(_SAYS_SO, text, at) else None


DETECTOR = Detector("hk_macau_permit", compact, validate, match, (WORD,), PERSONAL, sensitive=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
