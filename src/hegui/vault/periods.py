"""How long something is kept: months by the civil calendar of Shanghai, and settings that change on a day.

Knows dates; knows no law. Shanghai is eight hours ahead of UTC all year (no summer time since 1991). A period of months ends
with the day of the same number, or the last day of a month that has none; the day it began is not counted, so what was
made on 15 January is kept for six months through 15 July, and may go on 16 July.
Rules: Civil Code Art. 201 and 202 (counting of periods; confidence K: own knowledge).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

__all__ = ["MAX_MONTHS", "SHANGHAI", "Period", "add_months", "civil_date", "in_force", "read_periods", "write_periods"]

MAX_MONTHS = 1200
SHANGHAI = timezone(timedelta(hours=8))

_PART = re.compile(r"([0-9]{1,4}) months?(?: from ([0-9]{4}-[0-9]{2}-[0-9]{2}))?")
_FORM = '"6 months", or "6 months, 12 months from 2027-01-01"'


@dataclass(frozen=True, slots=True)
class Period:
    """`months` from the day `since` on; the first of several has none, None."""

    months: int
    since: date | None = None


def civil_date(instant: datetime) -> date:
    """The date in Shanghai.

    >>> from datetime import UTC
    >>> civil_date(datetime(2026, 1, 14, 16, 0, tzinfo=UTC))
    datetime.date(2026, 1, 15)
    """
    return instant.astimezone(SHANGHAI).date()


def add_months(day: date, months: int) -> date:
    """The last day of a period of months that began on `day`.

    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def in_force(periods: Sequence[Period], on: date) -> int:
    """The months that hold on a day."""
    return [period.months for period in periods if period.since is None or period.since <= on][-1]


def read_periods(text: str) -> tuple[Period, ...]:
    """Periods as a setting spells them. Raises ValueError, in words, for what is none.

    >>> read_periods("6 months, 12 months from 2027-01-01")[1]
    Period(months=12, since=datetime.date(2027, 1, 1))
    """
    periods = tuple(_read(part.strip()) for part in text.split(","))
    days = [period.since for period in periods[1:] if period.since]
    if periods[0].since or len(days) != len(periods) - 1 or days != sorted(set(days)):
        raise ValueError(f"{text!r}: the first period has no day, each further one a later day; write {_FORM}")
    return periods


def write_periods(periods: Sequence[Period]) -> str:
    """The setting again."""
    return ", ".join(f"{one.months} months" + (f" from {one.since}" if one.since else "") for one in periods)


def _read(part: str) -> Period:
    words = _PART.fullmatch(part)
    if not words or int(words[1]) > MAX_MONTHS:
        raise ValueError(f"{part!r} is not a period of up to {MAX_MONTHS} months; write {_FORM}")
    return Period(int(words[1]), date.fromisoformat(words[2]) if words[2] else None)
