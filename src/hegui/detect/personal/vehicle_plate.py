"""Number plate of a motor vehicle (机动车号牌), issued by the traffic police; GA 36-2018.

The short name of the province, the letter of the office, and five characters, six for new-energy vehicles (新能源); letters
without I and O; the last may be 学, 警, 港, 澳, 挂. Plates of the armed forces and of embassies are not looked for. Limits:
whose vehicle it is takes a register. There is no check digit. We prefer the false alarm: the form is seldom anything else.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, squeezed
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import PLAIN_END, Trigger

__all__ = ["PROVINCES", "compact", "explain", "find", "is_valid", "validate"]

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SIGN = "[0-9A-HJ-NP-Za-hj-np-z]"
_REST = rf"[A-HJ-NP-Za-hj-np-z][·•・. -]?(?:{_SIGN}{{5,6}}{PLAIN_END}|{_SIGN}{{4}}[学警港澳挂])"
_FORM = re.compile(f"[{PROVINCES}]{_REST}")
_PLATE_BEGINS = re.compile(f"[{PROVINCES}](?=[A-Za-z][·•・. -]?{_SIGN}{{4}})")
_NUMBER = re.compile(f"[{PROVINCES}][A-HJ-NP-Z](?:[0-9A-HJ-NP-Z]{{5,6}}|[0-9A-HJ-NP-Z]{{4}}[学警港澳挂])")


def compact(value: str) -> str:
    """Seven or eight characters in capitals."""
    return squeezed(value).replace("・", "")


def validate(value: str) -> Checked:
    """The form alone; there is nothing else to check."""
    number = compact(value)
    fine = _NUMBER.fullmatch(number) is not None
    return Checked(number, "none", () if fine else ("form",))


def match(text: str, at: int) -> Hit | None:
    """A plate at this place."""
    found = _FORM.match(text, at)
    if found is None:
        return None
    has_digit = any(c in "0123456789" for c in found[0])
    return Hit(at, found.end(), "none", "high" if has_digit and found[0][1].isupper() else "medium")


DETECTOR = Detector("vehicle_plate", compact, validate, match, (Trigger(_PLATE_BEGINS, before_ascii=True),), PERSONAL)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
