"""QQ number (QQ 号), given by Tencent.

Five to eleven digits, the first not 0. Only after words such as QQ or 扣扣: five digits alone are anything. A group's
number (群号) is not a person's. Limits: ids without such a word beside them are missed, by choice.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, digits
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.triggers import Trigger

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_FORM = re.compile(
    r"(?:[Qq][Qq]|扣扣|企鹅号?)(?P<mark> ?(?:号码|账号|帐号|号)? ?(?:是|为|[:：])? ?)"
    r"(?P<id>[1-9][0-9]{4,10})(?![0-9A-Za-z@]|[-.][0-9]|群)"
)
_TRIGGERS = (
    Trigger(re.compile(r"[扣企](?=[扣鹅][^0-9]{0,8}[1-9][0-9]{4})"), before_ascii=True),
    Trigger(re.compile(r"[Qq](?=[Qq][^0-9]{0,8}[1-9][0-9]{4})"), "Qq"),
)


def compact(value: str) -> str:
    """Five to eleven digits."""
    return digits(value)


def validate(value: str) -> Checked:
    """The form alone."""
    number = compact(value)
    return Checked(number, "none", () if re.fullmatch("[1-9][0-9]{4,10}", number) else ("form",))


def match(text: str, at: int) -> Hit | None:
    """A number after the words that begin at this place."""
    found = _FORM.match(text, at)
    return Hit(found.start("id"), found.end("id"), "none", "high") if found else None


DETECTOR = Detector("qq_id", compact, validate, match, _TRIGGERS, PERSONAL, leads=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
