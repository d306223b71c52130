"""Fixed-line number of mainland China (固定电话), allotted by the operators; area codes by the MIIT's numbering plan.

An area code (010, 02x with eight digits; 03xx to 09xx with seven or eight), with an extension where there is one; or, after a
word such as 座机 or 电话, the local number alone. Numbers that begin 400 or 800 belong to firms and are not looked for.
Limits: whether a line is a person's or a firm's cannot be seen. There is no check digit.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, digits, says
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import NOT_NUMBER, NUMBER, NUMBER_END

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_LOCAL = r"[2-8][0-9]{3}[- ]?[0-9]{3,4}"
_FORM = re.compile(
    r"(?P<area>[(（](?:010|02[0-57-9]|0[3-9][0-9]{2})[)）][- ]?|(?:\+86[- ]?|[(（]\+86[)）][- ]?)(?:10|2[0-57-9]|[3-9][0-9]{2})[- ]"
    r"|(?:\+86[- ]?|86-)?(?:010|02[0-57-9]|0[3-9][0-9]{2})(?P<joint>[- ]?))?"
    + _LOCAL + r"(?:(?:-|转|分机|[ ]?ext\.?[ ]?)[0-9]{1,6})?" + NUMBER_END
)  # fmt: skip
_NATIONAL = re.compile("(?:010|02[0-57-9])[2-8][0-9]{7}|0[3-9][0-9]{2}[2-8][0-9]{6,7}|[2-8][0-9]{6,7}")
_SAYS_SO = re.compile(r"(?:座机|固话|电话|传真|热线|[Tt]el|TEL|[Ff]ax|FAX|联系)[^。；;\n0-9]{0,6}\Z")


def compact(value: str) -> str:
    """Area code with its 0 and local number; the extension is dropped.

    >>> compact("(010) 6552-9988转801")
    '01065529988'
    """
    number = digits(re.split("转|分机|ext|(?<=[0-9]{7})-", value.replace(" ", ""))[0])
    return "0" + number.removeprefix("86").removeprefix("0") if number.startswith("86") and len(number) > 9 else number


def validate(value: str) -> Checked:
    """Area code and length."""
    number = compact(value)
    return Checked(number, "none", () if _NATIONAL.fullmatch(number) else ("form",))


def match(text: str, at: int) -> Hit | None:
    """A number at this place: with a separated area code, or with a word that says so."""
    found = _FORM.match(text, at)
    if found is None or not is_valid(found[0]):
        return None
    named = says(_SAYS_SO, text, at)
    if found["area"] is None:
        return Hit(at, found.end(), "none", "medium") if named else None
    sure = named or found["joint"] != ""
    return Hit(at, found.end(), "none", "low" if says(NOT_NUMBER, text, at) else "high" if sure else "medium")


DETECTOR = Detector("landline", compact, validate, match, (NUMBER.only("02345678+(（"),), PERSONAL)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
