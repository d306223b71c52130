"""E-mail address (电子邮件地址), given out by whoever runs the domain; RFC 5321 and RFC 5322, the part that is in use.

Local part of ASCII letters, digits and ._%+- up to 64 characters, a domain of dotted labels, a top level of two letters or
more in one case. Limits: quoted local parts, addresses on IP literals and internationalised addresses are not found. Role
addresses (info@) are.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.reading import read_value
from hegui.detect.personal.triggers import DIGITS, LETTERS, Trigger

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_WINDOW = 328
_ADDRESS = (
    r"[0-9A-Za-z](?:[0-9A-Za-z._%+\-]{0,62}[0-9A-Za-z_+\-])?"
    r"@(?:[0-9A-Za-z](?:[0-9A-Za-z\-]{0,61}[0-9A-Za-z])?\.){1,4}(?:[a-z]{2,24}|[A-Z]{2,24})"
)
_FORM = re.compile(_ADDRESS + r"(?![0-9A-Za-z@])")
_PLACE = re.compile(r"[0-9A-Za-z](?=[0-9A-Za-z._%+\-]{0,63}+@)")


def compact(value: str) -> str:
    """In lower case: no provider in use tells capitals apart."""
    return read_value(value).strip().lower()


def validate(value: str) -> Checked:
    """The form alone; whether the mailbox exists is not asked."""
    address = compact(value)
    return Checked(address, "none", () if re.fullmatch(_ADDRESS, address) else ("form",))


def match(text: str, at: int) -> Hit | None:
    """An address at this place."""
    found = _FORM.match(text, at, at + _WINDOW)
    return Hit(at, found.end(), "none", "high") if found else None


DETECTOR = Detector("email", compact, validate, match, (Trigger(_PLACE, DIGITS + LETTERS),), PERSONAL)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
