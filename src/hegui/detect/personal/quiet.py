"""See at a glance that a fragment of prose decides no value, as is so nearly always in a stream.

Knows the characters with which values begin, and the words that lead to them; confirms nothing. What numbers are made of, a
whole name of a place, a name with words after it, and words that lead to a value: all that is left to the scanner. The rule
of this file: when it does answer, the scanner would have said the same.
"""

from __future__ import annotations

import re

from hegui.detect.personal.personal_name import (
    BEFORE_WORDS,
    LEAD,
    LEAD_ENDS,
    LEAD_REACH,
    NAME_FIRST,
    OPEN_NAME_FORM,
)
from hegui.detect.personal.postal_address import (
    CUT_PLACES,
    PLACE,
    PLACE_LEAD,
    PLACE_LEAD_ENDS,
    PLACE_LEAD_REACH,
    PLACE_SHAPE,
    PLACES,
)
from hegui.detect.personal.reading import NOT_PLAIN
from hegui.detect.personal.vehicle_plate import PROVINCES

__all__ = ["LED", "quiet_until"]

LED = 20
"""Characters, count, at most, from the beginning of the words that lead to a value to the value."""

_STRANGE = re.compile(f"[0-9A-Za-z+(（{NOT_PLAIN}]")
_BEGIN = re.compile(
    rf"[{NAME_FIRST}{PLACE}{PROVINCES}]"
    rf"(?<=(?=(?P<open>(?:[{PROVINCES}{PLACE}]|{PLACE_SHAPE}{CUT_PLACES}|{OPEN_NAME_FORM})\Z)|{PLACE_SHAPE}{PLACES}|{BEFORE_WORDS}).)"
)
"""Where a value begins, or where the end of the text has cut what may be one."""
_LEAD_END = re.compile(f"[{LEAD_ENDS}{PLACE_LEAD_ENDS}]")


def quiet_until(text: str, floor: int) -> int | None:
    """From where a text that goes on is not decided yet, when nothing before is a value; None when the scanner must tell.

    Args:
        text: as it is meant up to `floor`, as it stands from there on.
        floor: where what is not decided begins.
    """
    size = len(text)
    if _STRANGE.search(text, floor):
        return None
    if _LEAD_END.search(text, floor - 1 if floor else 0, size - 1) and _is_led(text, floor):
        return None
    begin = _BEGIN.search(text, floor)
    if begin is None:
        return size
    return begin.start() if begin["open"] is not None else None


def _is_led(text: str, floor: int) -> bool:
    """Whether words lead to a value at or after this place."""
    led = max(0, floor - LED)
    for lead, reach in ((LEAD, LEAD_REACH), (PLACE_LEAD, PLACE_LEAD_REACH)):
        for found in lead.finditer(text, led):
            reached = reach.match(text, found.start())
            if reached is not None and reached.end() >= floor:
                return True
    return False
