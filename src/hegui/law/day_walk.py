"""Walk the days from one on, each working or at rest, with what has not been announced taken the early or the late way.

EARLY takes every unannounced weekday for a working day and as many weekend days as the assumptions allow; LATE takes as many
weekdays for days off as they allow. Deviations are spent as soon as possible, so after any number of days EARLY has seen at
least as many working days, and LATE at most as many, as any calendar within the assumptions: the true date lies between.
(By induction: whatever calendar, its k-th deviation obeys every window that the k-th of the walk was the first day to obey.)
Rules: data/calendar/prc/unpublished.yaml (hegui's own assumptions, tested against every year since 2004).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from hegui.law.working_calendar import Assumptions, DayAnswer, DayKind, WorkingCalendar, is_weekend

__all__ = ["Assume", "Walked", "walk"]


class Assume(Enum):
    """Which way a day that has not been announced is taken."""

    EARLY = "early"
    LATE = "late"


@dataclass(frozen=True)
class Walked:
    """A day passed, and whether it counts as a working day."""

    answer: DayAnswer
    works: bool

    @property
    def day(self) -> date:
        return self.answer.day

    @property
    def is_assumed(self) -> bool:
        return self.answer.kind is DayKind.UNPUBLISHED


def _never(day: date) -> bool:
    return False


def walk(
    calendar: WorkingCalendar, first: date, assume: Assume, is_idle: Callable[[date], bool] = _never
) -> Iterator[Walked]:
    """Every day from `first` on, without end. On an idle day, which will not be counted anyway, nothing is assumed."""
    moved: deque[date] = deque()
    longest = timedelta(days=max((window.days for window in calendar.assumptions.windows), default=0))
    day = first
    while True:
        answer = calendar.is_working_day(day)
        if answer.kind is DayKind.UNPUBLISHED:
            while moved and day - moved[0] >= longest:
                moved.popleft()
            is_moved = not is_idle(day) and _may_move(calendar.assumptions, moved, day, assume)
            if is_moved:
                moved.append(day)
            yield Walked(answer, is_weekend(day) == is_moved)
        else:
            yield Walked(answer, answer.kind in (DayKind.WEEKDAY, DayKind.MAKE_UP))
        day += timedelta(days=1)


def _may_move(assumptions: Assumptions, moved: Iterable[date], day: date, assume: Assume) -> bool:
    """Whether the day can still be moved against its weekday: worked for EARLY, off for LATE."""
    if is_weekend(day) is not (assume is Assume.EARLY):
        return False
    for window in assumptions.windows:
        most = window.make_up if assume is Assume.EARLY else window.rest
        if sum((day - other).days < window.days for other in moved) >= most:
            return False
    return True
