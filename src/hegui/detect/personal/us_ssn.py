"""Social security number of the United States (SSN), issued by the Social Security Administration.

Nine digits, 3-2-4. Area 000, 666 and 900 to 999, group 00 and serial 0000 were never issued; with such an area it is
reported only after the word SSN, as a fault. Without separators only after that word. No check digit. Limits: since 2011
numbers are random, so the area tells nothing. Without the word the finding is medium.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, digits, says
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import DIGITS, NOT_NUMBER, NUMBER, PLAIN_END

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_FORM = re.compile(r"[0-9]{3}(?:(?P<sep>[- ])[0-9]{2}(?P=sep)[0-9]{4}|[0-9]{6})" + PLAIN_END)
_ISSUED = re.compile("(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}")
_SAYS_SO = re.compile(r"(?:SSN|ssn|[Ss]ocial [Ss]ecurity|社会安全号|社保号)[^.。；;\n0-9]{0,16}\Z")


def compact(value: str) -> str:
    """Nine digits."""
    return digits(value)


def validate(value: str) -> Checked:
    """Length, and whether such a number can have been issued."""
    number = compact(value)
    if len(number) != 9:
        return Checked(number, "none", ("form",))
    return Checked(number, "none", () if _ISSUED.fullmatch(number) else ("never_issued",))


def match(text: str, at: int) -> Hit | None:
    """A number at this place."""
    found = _FORM.match(text, at)
    if found is None:
        return None
    if says(_SAYS_SO, text, at):
        return Hit(at, found.end(), "none", "high")
    if found["sep"] != "-" or not is_valid(found[0]):
        return None
    return Hit(at, found.end(), "none", "low" if says(NOT_NUMBER, text, at) else "medium")


DETECTOR = Detector("us_ssn", compact, validate, match, (NUMBER.only(DIGITS),), PERSONAL, sensitive=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
