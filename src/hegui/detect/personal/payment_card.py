"""Payment card of the international schemes, issued by banks; ranges of ISO/IEC 7812-1, check digit Luhn.

Visa (4), Mastercard (51 to 55, 2221 to 2720), American Express (34, 37), Diners (30, 36, 38, 39), Discover (6011, 644 to
65), JCB (3528 to 3589; 1800 and 2131), Maestro (50, 56 to 58, 6). Twelve to nineteen digits; fewer than fourteen only after
a word such as card. Limits: one random number in ten passes Luhn; without a word beside it the finding is medium. UnionPay
is `bank_card`.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, digits, says
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import NOT_NUMBER, NUMBER, NUMBER_END
from hegui.kernel.check_digits import luhn_is_right

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_FORM = re.compile(
    r"[1-6][0-9]{3}(?:[0-9]{8,15}|[- ][0-9]{4}[- ][0-9]{4}[- ][0-9]{4}(?:[- ][0-9]{3})?|[- ][0-9]{6}[- ][0-9]{4,5})"
    + NUMBER_END
)
_RANGE = re.compile(
    "4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|3[47][0-9]{13}|3(?:0[0-5]|[689][0-9])[0-9]{11}|(?:1800|2131)[0-9]{11}"
    "|35(?:2[89]|[3-8][0-9])[0-9]{12}|(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12,15}"
    "|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}|(?:5[0678]|6[013-9])[0-9]{10,17}"
)
_SHORT = re.compile("(?!6011|64[4-9]|65)(?:5[0678]|6[013-9])[0-9]{10,17}|4[0-9]{12}")
_SAYS_SO = re.compile(r"(?:[Cc]ard|CARD|[Cc]redit|[Dd]ebit|[Vv]isa|VISA|[Mm]aster|AMEX|卡)[^。；;\n0-9]{0,24}\Z")


def compact(value: str) -> str:
    """Twelve to nineteen digits."""
    return digits(value)


def validate(value: str) -> Checked:
    """Range, length and Luhn."""
    number = compact(value)
    if not 12 <= len(number) <= 19:
        return Checked(number, "none", ("form",))
    faults = () if _RANGE.fullmatch(number) else ("issuer_range",)
    return (
        Checked(number, "right", faults)
        if luhn_is_right(number)
        else Checked(number, "wrong", (*faults, "check_digit"))
    )


def match(text: str, at: int) -> Hit | None:
    """A card at this place. Where words say that it is one, the range may be unknown and the check digit wrong; else neither."""
    found = _FORM.match(text, at)
    if found is None:
        return None
    checked = validate(found[0])
    if says(_SAYS_SO, text, at):
        if checked.check == "right":
            return Hit(at, found.end(), "right", "medium" if checked.faults else "high")
        return None if "issuer_range" in checked.faults else Hit(at, found.end(), "wrong", "medium")
    if checked.faults or _SHORT.fullmatch(checked.value):
        return None
    return Hit(at, found.end(), "right", "low" if says(NOT_NUMBER, text, at) else "medium")


DETECTOR = Detector("payment_card", compact, validate, match, (NUMBER.only("123456"),), PERSONAL, sensitive=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
