"""Telephone number outside mainland China (境外电话号码), under the plans of the ITU (E.164) and of the countries.

With + or 00 and a country code, seven to fifteen digits; in the North American grouping 3-3-4; otherwise only after words
such as call, phone, mobile, fax or 电话, six to fifteen digits in any grouping. An extension (x123) belongs to it. Limits:
countries group as they like; a number without code, grouping and word is missed, by choice. There is no check digit.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, digits, says
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import NOT_NUMBER, NUMBER

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_END = r"(?:[ ]?(?:x|ext\.? ?)[0-9]{1,6})?(?![0-9A-Za-z]|[-.][0-9])"
_CODED = re.compile(
    r"(?:\+[ ]?[(]?[0-9](?:[-. ()]{0,3}[0-9]){6,14}|00[- ]?[(]?[1-9](?:[-. ()]{0,3}[0-9]){8,13})" + _END
)
_AMERICAN = re.compile(
    r"(?:\+?1[-. ])?(?:[(][2-9][0-9]{2}[)][-. ]?[0-9]{3}[-. ]|[2-9][0-9]{2}(?P<sep>[-. ])[0-9]{3}(?P=sep))[0-9]{4}"
    + _END
)
_ANY = re.compile(r"[(]?[0-9](?:[-. ()]{0,2}[0-9]){5,14}" + _END)
_SAYS_SO = re.compile(
    r"(?:(?<![A-Za-z])(?:[Cc]all(?: me)?(?: at| on)?|[Pp]hone|[Mm]obile|[Ff]ax|[Tt]el|TEL|[Dd]esk|"
    r"[Cc]ell|[Ww]hats[Aa]pp|[Tt]elephone|[Tt]ext(?: me)?|"
    r"messages to|reach (?:me|you|us|him|her)?(?: at| on)?|call me at)(?: number| no| is| at)?[.:#= ]{0,3}"
    r"|(?:电话|手机|致电|拨打)(?:号码|号)?[是为:： ]{0,2})\Z"
)


def compact(value: str) -> str:
    """The digits, with + where a country code is given; without the extension."""
    plain = re.split("x|ext", value)[0]
    number = digits(plain)
    coded = plain.lstrip(" (").startswith(("+", "＋", "00"))
    return "+" + number.removeprefix("00") if coded else number


def validate(value: str) -> Checked:
    """Length: six to fifteen digits, ITU-T E.164."""
    number = compact(value)
    return Checked(number, "none", () if 6 <= len(number.lstrip("+")) <= 15 else ("form",))


def match(text: str, at: int) -> Hit | None:
    """A number at this place."""
    coded = _CODED.match(text, at)
    if coded is not None and is_valid(coded[0]):
        return Hit(at, coded.end(), "none", "low" if text[at] == "0" and says(NOT_NUMBER, text, at) else "high")
    if text[at] in "+（":
        return None
    named = says(_SAYS_SO, text, at)
    found = _AMERICAN.match(text, at) or (_ANY.match(text, at) if named else None)
    if found is None or not is_valid(found[0]):
        return None
    return Hit(at, found.end(), "none", "high" if named else "low" if says(NOT_NUMBER, text, at) else "medium")


DETECTOR = Detector("phone_intl", compact, validate, match, (NUMBER,), PERSONAL)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
