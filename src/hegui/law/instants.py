"""Instants and civil days in Shanghai, and the last day of a period of months.

Knows one offset, eight hours ahead of UTC, right for every instant from 1992 on (no summer time since 1991); refuses what has
no offset and what lies outside the years 1992 to 2199. Knows no clock: whoever asks hands in the instant.
Rules: a period of months ends on the day of the same number, or the last day of a month that has none (deadlines/counting.yaml).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone

from hegui.errors import InputError

__all__ = ["SHANGHAI", "add_months", "day_of", "end_of", "in_shanghai", "start_of"]

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_FIRST, _LAST = 1992, 2199


def in_shanghai(instant: datetime) -> datetime:
    """The same instant as Shanghai writes it. Raises InputError: LAW041 without an offset, LAW042 outside 1992 to 2199.

    >>> from datetime import UTC
    >>> in_shanghai(datetime(2026, 1, 14, 16, 0, tzinfo=UTC)).isoformat()
    '2026-01-15T00:00:00+08:00'
    """
    if instant.utcoffset() is None:
        raise InputError(
            "LAW041",
            instant.isoformat(),
            "this instant has no offset from UTC",
            "Write it with one: 2026-02-10T09:30+08:00.",
        )
    _check_year(instant)  # before converting, which can overflow at the ends of the calendar
    return instant.astimezone(SHANGHAI)


def day_of(event: date | datetime) -> date:
    """The civil day in Shanghai of an instant, or the day itself. Raises InputError as `in_shanghai` does."""
    if isinstance(event, datetime):
        return in_shanghai(event).date()
    _check_year(event)
    return event


def start_of(day: date) -> datetime:
    """The first instant of a civil day in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def end_of(day: date) -> datetime:
    """24:00 of a civil day in Shanghai: the first instant that is no longer in it."""
    return start_of(day) + timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The day of the same number that many months on, or the last day of a month that has none.

    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _check_year(day: date) -> None:
    if not _FIRST <= day.year <= _LAST:
        problem = f"the year {day.year} is outside {_FIRST} to {_LAST}"
        raise InputError("LAW042", day.isoformat(), problem, "Check the year of the event.")
