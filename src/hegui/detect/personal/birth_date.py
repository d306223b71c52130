"""Date of birth (出生日期). A day alone says nothing, so only one that words call a birthday is found.

Year, month and day with 年月日, hyphens, dots or slashes, after 出生日期, 生日, 生于, born or DOB, or before 出生 or 生人.
Limits: the birthday of a public person is found too; the words are the same. Of the two errors we prefer the miss.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector, says
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.reading import read_value
from hegui.detect.personal.resident_id import is_date
from hegui.detect.personal.triggers import PLAIN_END, Trigger

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_DAY = (
    r"(?:18|19|20)[0-9]{2}(?: ?年 ?[0-9]{1,2} ?月 ?[0-9]{1,2} ?日?"
    r"|(?P<sep>[-/.])[0-9]{1,2}(?P=sep)[0-9]{1,2}|[01][0-9][0-3][0-9])"
)
_FORM = re.compile(_DAY + PLAIN_END)
_PLACE = re.compile(r"[12](?<![0-9A-Za-z][-._].)(?=[0-9]{3}(?: ?年 ?[0-9]|[-/.][0-9]|[01][0-9][0-3]))")
_AFTER = re.compile(r" ?(?:出生|生人|生，|生,|生于)")
_SAYS_SO = re.compile(
    r"(?:出生(?:日期|年月日|年月|于|时间)?|生日|(?<![发产])生于|诞生于|[Bb]orn(?: on)?|DOB|[Dd]ate of [Bb]irth)[是为:： ]{0,3}\Z"
)


def compact(value: str) -> str:
    """YYYYMMDD; the digits as they are where it is no day.

    >>> compact("1915年6月17日")
    '19150617'
    """
    parts = re.findall("[0-9]+", read_value(value))
    return "".join(part.zfill(2) for part in parts)


def validate(value: str) -> Checked:
    """Whether it is a day of the calendar."""
    day = compact(value)
    return Checked(day, "none", () if len(day) == 8 and is_date(day) else ("date",))


def match(text: str, at: int) -> Hit | None:
    """A day at this place that words call a birthday."""
    found = _FORM.match(text, at)
    if found is None or not is_valid(found[0]):
        return None
    if says(_SAYS_SO, text, at) or _AFTER.match(text, found.end()):
        return Hit(at, found.end(), "none", "high")
    return None


DETECTOR = Detector("birth_date", compact, validate, match, (Trigger(_PLACE, "12"),), PERSONAL)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
