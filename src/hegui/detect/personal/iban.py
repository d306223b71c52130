"""International bank account number (IBAN), issued by banks of some ninety countries; ISO 13616-1, check digits MOD 97-10.

Two letters of a country, two check digits, up to thirty characters; the length is fixed for each country (registry of
SWIFT). With a wrong check only after the word IBAN. Limits: the account part is not checked further. China issues none.
"""

from __future__ import annotations

import re
from functools import cache

from hegui.detect.personal.detector import PERSONAL, Detector, says, squeezed
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import WORD
from hegui.kernel.check_digits import iban_is_right

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 "
    "ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
    "LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 "
    "RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
)
_LENGTH = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}
_SAYS_SO = re.compile(r"(?:IBAN|[Ii]ban)[^。；;\n]{0,12}\Z")


@cache
def _form(country: str) -> re.Pattern[str]:
    return re.compile(rf"[A-Za-z]{{2}}[0-9]{{2}}(?:[- ]?[0-9A-Za-z]){{{_LENGTH[country] - 4}}}(?![0-9A-Za-z])")


def compact(value: str) -> str:
    """Capitals and digits."""
    return squeezed(value)


def validate(value: str) -> Checked:
    """Country, length and check digits."""
    number = compact(value)
    if len(number) != _LENGTH.get(number[:2]) or re.fullmatch("[A-Z]{2}[0-9]{2}[0-9A-Z]+", number) is None:
        return Checked(number, "none", ("form",))
    return Checked(number, "right") if iban_is_right(number) else Checked(number, "wrong", ("check_digit",))


def match(text: str, at: int) -> Hit | None:
    """A number at this place."""
    country = text[at : at + 2].upper()
    found = _form(country).match(text, at) if country in _LENGTH else None
    if found is None:
        return None
    if validate(found[0]).check == "right":
        return Hit(at, found.end(), "right", "high")
    return Hit(at, found.end(), "wrong", "medium") if says(_SAYS_SO, text, at) else None


DETECTOR = Detector("iban", compact, validate, match, (WORD,), PERSONAL, sensitive=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
