"""Unified social credit code (统一社会信用代码), issued to organisations and sole traders by the registration authorities.

Eighteen characters: one of the authority, one of the kind, six of a region, nine of the organisation, one check character
(GB 32100-2015); letters without I, O, S, V and Z. An organisation's code is public and no personal information; a sole
trader's (92…, 个体工商户) leads to a person. All are found, because the number alone seldom tells. With a wrong check
character only where words say that it is one.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import Detector, says, squeezed
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.regions import is_province
from hegui.detect.personal.triggers import DIGITS, PLAIN_END, Trigger
from hegui.kernel.check_digits import social_credit_check

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_SIGN = "[0-9A-HJ-NP-RTUW-Ya-hj-np-rtuw-y]"
_FORM = re.compile(
    rf"[1-9ANYany]{_SIGN}[- ]?[0-9]{{6}}[- ]?{_SIGN}{{8}}[- ]?{_SIGN}[- ]?{_SIGN}{PLAIN_END}|"
    rf"[1-9ANYany]{_SIGN}[0-9]{{2}}(?:[- ][0-9A-Za-z]{{4}}){{3}}[- ][0-9A-Za-z]{{2}}{PLAIN_END}"
)
_PLACE = re.compile(rf"[1-9ANYany](?<![0-9A-Za-z][-._].)(?={_SIGN}[- ]?[0-9]{{2}}[- ]?[0-9]{{2}})")
_SAYS_SO = re.compile(r"(?:信用代码|税号|纳税人|注册号|USCC)[^。；;\n]{0,10}\Z")


def compact(value: str) -> str:
    """Eighteen characters in capitals."""
    return squeezed(value)


def validate(value: str) -> Checked:
    """Characters, region and check character."""
    number = compact(value)
    if len(number) != 18 or not number[2:8].isdigit() or (check := social_credit_check(number[:17])) is None:
        return Checked(number, "none", ("form",))
    faults = () if is_province(number[2:]) or number[2:4] == "10" else ("region",)
    return (
        Checked(number, "right", faults) if check == number[17] else Checked(number, "wrong", (*faults, "check_digit"))
    )


def match(text: str, at: int) -> Hit | None:
    """A code at this place."""
    found = _FORM.match(text, at)
    if found is None:
        return None
    checked = validate(found[0])
    if "form" in checked.faults or "region" in checked.faults:
        return None
    if checked.check == "right":
        return Hit(at, found.end(), "right", "high")
    return Hit(at, found.end(), "wrong", "medium") if says(_SAYS_SO, text, at) else None


DETECTOR = Detector(
    "social_credit_code", compact, validate, match, (Trigger(_PLACE, DIGITS + "ANYany"),), ("PIPL-51-1", "IM-11-1")
)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
