"""Which days are working days in the People's Republic of China (工作日), as the State Council announced them year by year.

Knows the announced days off (节假日) and made-up working days (调休上班) of the years on file. Refuses to guess a year that has not
been announced: such a day is UNKNOWN. The last days of the last announced year are UNKNOWN too, because the notice for
the next year may still move them (it did in 2018: Saturday 29 December worked, Monday 31 December was off).
Rules: Monday to Friday work, Saturday and Sunday rest, an announced day overrides both; data/calendar/prc/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cached_property

from hegui.kernel.logic import Verdict
from hegui.law.entries import Entry
from hegui.law.instruments import Confidence, read_confidence
from hegui.law.words import Words

__all__ = [
    "Assumptions", "CalendarYear", "DayAnswer", "DayKind", "Holiday", "Notice", "Window", "WorkingCalendar",
    "is_weekend", "read_assumptions", "read_year",
]  # fmt: skip


class DayKind(Enum):
    """Why a day works or rests."""

    WEEKDAY = "weekday"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    UNPUBLISHED = "unpublished"


_VERDICTS = {
    DayKind.WEEKDAY: Verdict.HOLDS,
    DayKind.MAKE_UP: Verdict.HOLDS,
    DayKind.WEEKEND: Verdict.FAILS,
    DayKind.HOLIDAY: Verdict.FAILS,
    DayKind.UNPUBLISHED: Verdict.UNKNOWN,
}


@dataclass(frozen=True)
class DayAnswer:
    """Whether a day is a working day, and why; `name` is the holiday that moved it."""

    day: date
    kind: DayKind
    name: Words | None = None

    @property
    def verdict(self) -> Verdict:
        return _VERDICTS[self.kind]


@dataclass(frozen=True)
class Notice:
    """The notice that announced the days (国务院办公厅通知); number and date are None where our sources do not say."""

    title: str
    number: str | None
    issued: date | None
    confidence: Confidence


@dataclass(frozen=True)
class Holiday:
    """A holiday: the days off around it, weekends included, and the weekend days worked for it."""

    name: Words
    rest: tuple[date, ...]
    make_up: tuple[date, ...]


@dataclass(frozen=True)
class CalendarYear:
    """One announced year."""

    year: int
    notices: tuple[Notice, ...]
    holidays: tuple[Holiday, ...]

    @cached_property
    def moved(self) -> Mapping[date, DayAnswer]:
        """Every announced day."""
        rest = {d: DayAnswer(d, DayKind.HOLIDAY, h.name) for h in self.holidays for d in h.rest}
        return rest | {d: DayAnswer(d, DayKind.MAKE_UP, h.name) for h in self.holidays for d in h.make_up}


@dataclass(frozen=True)
class Window:
    """In any `days` consecutive days at most `rest` weekdays are off and at most `make_up` weekend days work."""

    days: int
    rest: int
    make_up: int


@dataclass(frozen=True)
class Assumptions:
    """What bounds a year that has not been announced; hegui's own, wider than any year announced since 2004.

    tail_days: so many last days of a year can still be moved by the notice for the next.
    """

    tail_days: int
    windows: tuple[Window, ...]
    why: Words


@dataclass(frozen=True)
class WorkingCalendar:
    """The announced years, in any order, each once."""

    years: tuple[CalendarYear, ...]
    assumptions: Assumptions

    def is_working_day(self, day: date) -> DayAnswer:
        """HOLDS or FAILS with the reason; UNKNOWN while the State Council has not settled the day."""
        year = self._by_year.get(day.year)
        if year is None or not self._is_settled(day):
            return DayAnswer(day, DayKind.UNPUBLISHED)
        return year.moved.get(day) or DayAnswer(day, DayKind.WEEKEND if is_weekend(day) else DayKind.WEEKDAY)

    @property
    def last_settled(self) -> date:
        """The last day of the last announced year that no later notice can move."""
        return date(max(self._by_year), 12, 31) - timedelta(days=self.assumptions.tail_days)

    @cached_property
    def _by_year(self) -> Mapping[int, CalendarYear]:
        return {one.year: one for one in self.years}

    def _is_settled(self, day: date) -> bool:
        return day.year + 1 in self._by_year or (date(day.year, 12, 31) - day).days >= self.assumptions.tail_days


def is_weekend(day: date) -> bool:
    """Saturday or Sunday."""
    return day.weekday() >= 5


def read_year(entry: Entry) -> CalendarYear:
    """calendar/prc/<year>.yaml. Days outside the year, twice, or on the wrong side of the week are faults."""
    year = entry.whole("year", 1992)
    found = CalendarYear(
        year, entry.entries("notices", _read_notice), entry.entries("holidays", lambda e: _read_holiday(e, year))
    )
    days = [day for holiday in found.holidays for day in (*holiday.rest, *holiday.make_up)]
    for day in sorted({day for day in days if days.count(day) > 1}):
        entry.fault("holidays", f"{day} comes twice")
    if not found.holidays:
        entry.fault("holidays", "an announced year has holidays")
    return found


def read_assumptions(entry: Entry) -> Assumptions:
    """calendar/prc/unpublished.yaml."""
    windows = entry.entries("windows", lambda e: Window(e.whole("days", 1), e.whole("rest"), e.whole("make_up")))
    if not windows:
        entry.fault("windows", "without a window an unannounced year has no bound")
    return Assumptions(entry.whole("tail_days"), windows, entry.words("why"))


def _read_notice(entry: Entry) -> Notice:
    number = entry.text_or("number", "") or None
    return Notice(entry.text("title"), number, entry.day_or_none("issued"), read_confidence(entry))


def _read_holiday(entry: Entry, year: int) -> Holiday:
    holiday = Holiday(entry.words("name"), _days(entry, "rest", year), _days(entry, "make_up", year))
    for day in holiday.make_up:
        if not is_weekend(day):
            entry.fault("make_up", f"{day} is a weekday, it needs no making up")
    if not holiday.rest and not holiday.make_up:
        entry.fault("rest", "a holiday has days")
    return holiday


def _days(entry: Entry, key: str, year: int) -> tuple[date, ...]:
    found = []
    for text in entry.texts(key):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            entry.fault(key, f"{text!r} is not a day of the calendar, YYYY-MM-DD")
            continue
        if day.year != year:
            entry.fault(key, f"{day} is not in {year}")
        found.append(day)
    return tuple(found)
