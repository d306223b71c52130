"""Days as far as they are known: a day, a month, or from one to another.

Knows that a source may say no more than "November 2025". What is not known to the day is kept as it was said and never turned
into a day. Written as in ISO 8601: 2026-01-01, 2026-07, 2025-04/2025-06, /2026-11 for "until then".
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from hegui.law.entries import Entry

__all__ = ["Period", "read_period"]

_POINT = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")


@dataclass(frozen=True)
class Period:
    """`written` as in the source; first and last day that may be meant, None where that side is open."""

    written: str
    first: date | None
    last: date | None

    def meets(self, after: date, upto: date) -> bool:
        """Whether it may lie within (after, upto]."""
        return (self.last is None or after < self.last) and (self.first is None or self.first <= upto)


def parse_period(text: str) -> Period:
    """The period in `text`. Raises ValueError with what is wrong.

    >>> parse_period("2026-07").last
    datetime.date(2026, 7, 31)
    """
    begin, slash, end = text.partition("/")
    if text == "/" or not text:
        raise ValueError("no day at all")
    first = _bounds(begin)[0] if begin else None
    last = (_bounds(end)[1] if end else None) if slash else _bounds(begin)[1]
    if first and last and last < first:
        raise ValueError("it ends before it begins")
    return Period(text, first, last)


def read_period(entry: Entry, key: str) -> Period:
    """The period under `key`; an open one stands in for what is none."""
    text = entry.text(key)
    try:
        return parse_period(text)
    except ValueError as error:
        if text:
            entry.fault(key, f"{text!r} is no day, month or period such as 2025-04/2025-06: {error}")
        return Period(text, None, None)


def _bounds(text: str) -> tuple[date, date]:
    found = _POINT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is neither YYYY-MM-DD nor YYYY-MM")
    year, month = int(found[1]), int(found[2])
    if found[3]:
        day = date(year, month, int(found[3]))
        return day, day
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])
