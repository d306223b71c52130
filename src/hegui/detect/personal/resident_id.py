"""Resident identity number (居民身份号码), issued for life by the public security organs; also the driving-licence number.

Eighteen characters: six of a region, eight of the date of birth, three of an order (odd for men), one check character
(GB 11643-1999, ISO 7064 MOD 11-2). The first generation (until 1999) had fifteen digits: two for the year, no check.
Limits: a right number need not have been issued; a region code may have been withdrawn, so an unknown county is no fault.
Of the two errors we prefer the false alarm: the number opens every door. A wrong check character is reported as such.
"""

from __future__ import annotations

import re
from datetime import date

from hegui.detect.personal.detector import PERSONAL, Detector, says, squeezed
from hegui.detect.personal.findings import Check, Checked, Hit
from hegui.detect.personal.regions import is_province, region_name
from hegui.detect.personal.triggers import NUMBER, PLAIN_END
from hegui.kernel.check_digits import resident_id_check

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_EARLIEST, _LATEST = 1850, 2099

_FORM = re.compile(
    r"[1-9][0-9]{5}[- ]?(?:(?:18|19|20)[0-9]{2}[- ]?[0-9]{2}[- ]?[0-9]{2}[- ]?[0-9]{3}[- ]?[0-9Xx]"
    r"|[0-9]{2}[01][0-9][0-3][0-9][- ]?[0-9]{3}(?![- ]?[0-9Xx]))" + PLAIN_END
)
_SAYS_SO = re.compile(
    r"(?:身份|证件|居民|驾驶证|驾照|户口|公民|证号|ID ?[Cc]ard|[Ii]dentity|[Ii][Dd] ?(?:[Nn]o|[Nn]umber))[^。；;\n]{0,14}\Z"
)


def compact(value: str) -> str:
    """Eighteen or fifteen characters without separators."""
    return squeezed(value)


def validate(value: str) -> Checked:
    """Length, region, date and check character.

    >>> validate("11010119000307123X").faults
    ('check_digit',)
    """
    number = compact(value)
    if re.fullmatch("[0-9]{17}[0-9X]|[0-9]{15}", number) is None:
        return Checked(number, "none", ("form",))
    faults = [] if is_province(number) else ["region"]
    born = number[6:14] if len(number) == 18 else "19" + number[6:12]
    if not is_date(born):
        faults.append("date")
    check: Check = "none"
    if len(number) == 18:
        check = "right" if resident_id_check(number[:17]) == number[17] else "wrong"
    if check == "wrong":
        faults.append("check_digit")
    return Checked(number, check, tuple(faults))


def is_date(written: str) -> bool:
    """Whether YYYYMMDD is a day of the calendar that a person now living could be born on."""
    try:
        return _EARLIEST <= date(int(written[:4]), int(written[4:6]), int(written[6:8])).year <= _LATEST
    except ValueError:
        return False


def region(value: str) -> str:
    """Where the number was first issued, as far as the code tells."""
    return region_name(compact(value)[:6])


def match(text: str, at: int) -> Hit | None:
    """A number at this place; low where its check character is wrong and nothing says it is one."""
    found = _FORM.match(text, at)
    if found is None:
        return None
    checked = validate(found[0])
    if "region" in checked.faults or "date" in checked.faults:
        return None
    named = says(_SAYS_SO, text, at)
    if checked.check == "right":
        return Hit(at, found.end(), "right", "high")
    if checked.check == "wrong":
        return Hit(at, found.end(), "wrong", "medium" if named else "low")
    return Hit(at, found.end(), "none", "high" if named else "low")


DETECTOR = Detector("resident_id", compact, validate, match, (NUMBER.only("123456789"),), PERSONAL, sensitive=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
