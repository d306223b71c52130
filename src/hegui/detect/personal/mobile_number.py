"""Mobile number of mainland China (手机号码), allotted by the operators under the numbering plan of the MIIT.

Eleven digits beginning 13 to 19; with or without the country code 86. There is no check digit. Virtual operators (162, 165,
167, 170, 171) and data cards (140, 141, 144 to 149) are included; 154 and unallotted blocks are not. Limits: a right number
need not be in use. Of the two errors we prefer the false alarm, save after words such as 订单号.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, digits, says
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import NOT_NUMBER, NUMBER, NUMBER_END

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_COUNTRY = r"(?:[(（](?:\+|00)?86[)）][- ]?|(?:\+|00)86[- ]?|86[- ])?"
_BLOCK = r"1(?:3[0-9]|4[0145-9]|5[0-35-9]|6[2567]|7[0-8]|8[0-9]|9[0-35-9])"
_FORM = re.compile(
    _COUNTRY + _BLOCK + r"(?:[0-9]{8}|[- .]?[0-9]{4}[- .]?[0-9]{4}|[- ][0-9]{3}[- ][0-9]{5})" + NUMBER_END
)
_NATIONAL = re.compile(_BLOCK + "[0-9]{8}")


def compact(value: str) -> str:
    """Eleven digits, without the country code.

    >>> compact("(+86) 138-0000-0000")
    '13800000000'
    """
    number = digits(value)
    return number.removeprefix("00").removeprefix("86") if len(number) > 11 else number


def validate(value: str) -> Checked:
    """Length and block."""
    number = compact(value)
    return Checked(number, "none", () if _NATIONAL.fullmatch(number) else ("form",))


def match(text: str, at: int) -> Hit | None:
    """A number at this place."""
    found = _FORM.match(text, at)
    if found is None:
        return None
    return Hit(at, found.end(), "none", "low" if says(NOT_NUMBER, text, at) else "high")


DETECTOR = Detector("mobile_number", compact, validate, match, (NUMBER.only("018+(（"),), PERSONAL)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
