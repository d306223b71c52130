"""Passport of the People's Republic of China (护照), issued by the National Immigration Administration and the foreign
service.

Nine characters: E and eight digits, or E, a letter without I and O and seven digits (ordinary, electronic); G and eight
digits (older); D, S or P, with or without E, and seven digits (diplomatic, service, public affairs). No public check digit
in the number. Limits: the same form is used for product numbers, so only a word such as 护照 makes a finding; we prefer to
miss the rest.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, says, squeezed
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import PLAIN_END, WORD

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_NUMBER = r"(?:[Ee][- ]?(?:[0-9]{8}|[A-HJ-NP-Za-hj-np-z][0-9]{7})|[Gg][- ]?[0-9]{8}|[DSPdsp][Ee]?[- ]?[0-9]{7})"
_FORM = re.compile(_NUMBER + PLAIN_END)
_SAYS_SO = re.compile(r"(?:护照|[Pp]assport|PASSPORT|证件)[^。；;\n]{0,14}\Z")


def compact(value: str) -> str:
    """Eight or nine characters in capitals."""
    return squeezed(value)


def validate(value: str) -> Checked:
    """The form alone; there is nothing else to check."""
    number = compact(value)
    return Checked(number, "none", () if re.fullmatch(_NUMBER, number) else ("form",))


def match(text: str, at: int) -> Hit | None:
    """A number at this place, where words say that it is one."""
    found = _FORM.match(text, at)
    return Hit(at, found.end(), "none", "high") if found and says(_SAYS_SO, text, at) else None


DETECTOR = Detector("passport_cn", compact, validate, match, (WORD,), PERSONAL, sensitive=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
