"""Bank card of mainland China (银行卡), issued by the banks; range and check digit by UnionPay and ISO/IEC 7812-1.

Sixteen to nineteen digits beginning 62 or 81 (UnionPay, 银联), or nineteen beginning 9558 (older cards of ICBC), Luhn check
digit last. Cards of the international schemes are `payment_card`. After 卡号 or 账户 a wrong check digit is reported as
such. Limits: whose card it is, and which bank's, is not told here. We prefer the false alarm where Luhn is right.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, digits, says
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import NOT_NUMBER, NUMBER, NUMBER_END
from hegui.kernel.check_digits import luhn_is_right

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_FORM = re.compile(r"(?:62|81|95)[0-9]{2}(?:[- ]?[0-9]{4}){3}(?:[- ]?[0-9]{1,3})?" + NUMBER_END)
_RANGE = re.compile("(?:62|81)[0-9]{14,17}|9558[0-9]{15}")
_SAYS_SO = re.compile(r"(?:银行|卡号|账户|账号|帐号|帐户|储蓄|借记|信用卡|银联|[Cc]ard|[Aa]ccount)[^。；;\n]{0,12}\Z")


def compact(value: str) -> str:
    """Sixteen to nineteen digits."""
    return digits(value)


def validate(value: str) -> Checked:
    """Range, length and Luhn."""
    number = compact(value)
    if _RANGE.fullmatch(number) is None:
        return Checked(number, "none", ("issuer_range",))
    return Checked(number, "right") if luhn_is_right(number) else Checked(number, "wrong", ("check_digit",))


def match(text: str, at: int) -> Hit | None:
    """A card at this place; with a wrong check digit only where words say that it is one."""
    found = _FORM.match(text, at)
    if found is None:
        return None
    checked = validate(found[0])
    named = says(_SAYS_SO, text, at)
    if checked.check == "right":
        return Hit(at, found.end(), "right", "low" if says(NOT_NUMBER, text, at) and not named else "high")
    if checked.check == "wrong":
        return Hit(at, found.end(), "wrong", "medium" if named else "low")
    return None


DETECTOR = Detector("bank_card", compact, validate, match, (NUMBER.only("689"),), PERSONAL, sensitive=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
