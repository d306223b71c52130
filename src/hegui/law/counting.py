"""Count one length of time from an event: the end and every step to it.

Knows the arithmetic of minutes, hours, days, working days, months and years, and what a pause does. Knows no law: whoever asks
hands in the term, the calendar and which way unannounced days are taken (day_walk.py).
A pause [since, until) stops a clock of minutes and hours for its length. Of days, those on whose end it stands still are not
counted; the end of months and years moves by as many days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from hegui.errors import InputError
from hegui.law.day_walk import Assume, Walked, walk
from hegui.law.deadline_data import RuleId, Term
from hegui.law.instants import add_months, day_of, end_of, in_shanghai, start_of
from hegui.law.words import Words
from hegui.law.working_calendar import DayKind, WorkingCalendar

__all__ = ["OpenPause", "Pause", "Reckoning", "Step", "StepKind", "merged", "reckon_term"]


class StepKind(Enum):
    """What became of a day, or what moved the end."""

    COUNTED = "counted"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    ASSUMED_WORKING = "assumed_working"
    ASSUMED_REST = "assumed_rest"
    PAUSED = "paused"
    NO_SUCH_DAY = "no_such_day"
    ROLLED = "rolled"


@dataclass(frozen=True)
class Step:
    """One step; `name` is the holiday."""

    kind: StepKind
    day: date
    name: Words | None = None


@dataclass(frozen=True)
class Pause:
    """The clock stands still from `since` until `until`, or still does: None."""

    since: datetime
    until: datetime | None = None


class OpenPause(Exception):
    """No failure: the clock stands still since then and has not run on yet."""

    def __init__(self, since: datetime) -> None:
        super().__init__(since)
        self.since = since


@dataclass(frozen=True)
class Reckoning:
    """Where a term ends.

    at: the first instant after it; of a term in days, 24:00 of its last day, in Shanghai.
    last_day: the day it ends in.
    """

    term: Term
    at: datetime
    last_day: date
    steps: tuple[Step, ...]
    rules: tuple[RuleId, ...]

    @property
    def has_rolled(self) -> bool:
        return any(step.kind is StepKind.ROLLED for step in self.steps)

    @property
    def has_assumed(self) -> bool:
        return any(step.kind in (StepKind.ASSUMED_WORKING, StepKind.ASSUMED_REST) for step in self.steps)


class _Counted(NamedTuple):
    last_day: date
    steps: list[Step]


def merged(pauses: Sequence[Pause]) -> tuple[Pause, ...]:
    """The pauses in Shanghai time, in order, without overlap. Raises InputError (LAW041, LAW042, LAW044)."""
    found: list[Pause] = []
    for pause in sorted((_in_order(one) for one in pauses), key=lambda one: one.since):
        last = found[-1] if found else None
        if last is None or (last.until is not None and last.until < pause.since):
            found.append(pause)
        elif last.until is not None:
            until = None if pause.until is None else max(last.until, pause.until)
            found[-1] = Pause(last.since, until)
    return tuple(found)


def reckon_term(
    term: Term, event: date | datetime, calendar: WorkingCalendar, assume: Assume, pauses: tuple[Pause, ...]
) -> Reckoning:
    """Where the term ends, unannounced days (and an unknown hour) taken the early or the late way. Raises OpenPause."""
    if term.unit in ("minute", "hour"):
        return _clock(term, event, assume, pauses)
    first = day_of(event) + timedelta(days=term.start == "next_day")
    if term.unit == "working_day":
        counted = _working_days(term.amount, first, calendar, assume, pauses)
    elif term.unit == "natural_day":
        counted = _natural_days(term.amount, first, pauses)
    else:
        counted = _months(term, day_of(event), pauses)
    rolled = _roll(term, counted.last_day, calendar, assume)
    steps = (*counted.steps, *rolled.steps)
    return Reckoning(term, end_of(rolled.last_day), rolled.last_day, steps, tuple(_rules(term, steps)))


def _rules(term: Term, steps: tuple[Step, ...]) -> Iterator[RuleId]:
    """The rules of counting that a term in days, months or years rests on."""
    if term.start == "next_day" and term.unit != "calendar_year":
        yield "next_day"
    if term.unit == "working_day":
        yield "working_day"
    if term.unit in ("month", "year"):
        yield "corresponding_day"
    if any(step.kind is StepKind.PAUSED for step in steps):
        yield "pause"
    if term.roll != "none":
        yield "roll"
    yield "end_of_day"


def _clock(term: Term, event: date | datetime, assume: Assume, pauses: tuple[Pause, ...]) -> Reckoning:
    length = timedelta(minutes=term.amount) if term.unit == "minute" else timedelta(hours=term.amount)
    if not isinstance(event, datetime):
        event = start_of(event) if assume is Assume.EARLY else end_of(event)
    end = event + length
    steps: list[Step] = []
    for pause in pauses:
        if pause.since >= end:
            break
        if pause.until is None:
            raise OpenPause(pause.since)
        if pause.until > event:
            end += pause.until - max(pause.since, event)
            steps.append(Step(StepKind.PAUSED, pause.since.date()))
    rules: tuple[RuleId, ...] = ("same_moment", "pause") if steps else ("same_moment",)
    return Reckoning(term, end, end.date(), tuple(steps), rules)


def _working_days(
    amount: int, first: date, calendar: WorkingCalendar, assume: Assume, pauses: tuple[Pause, ...]
) -> _Counted:
    steps: list[Step] = []
    for walked in walk(calendar, first, assume, lambda day: _is_paused(day, pauses)):
        step = _step(walked, pauses)
        steps.append(step)
        amount -= step.kind in (StepKind.COUNTED, StepKind.MAKE_UP, StepKind.ASSUMED_WORKING)
        if amount == 0:
            break
    return _Counted(steps[-1].day, steps)


def _natural_days(amount: int, first: date, pauses: tuple[Pause, ...]) -> _Counted:
    steps: list[Step] = []
    day = first
    while True:
        if _is_paused(day, pauses):
            steps.append(Step(StepKind.PAUSED, day))
        else:
            amount -= 1
        if amount == 0:
            return _Counted(day, steps)
        day += timedelta(days=1)


def _months(term: Term, event: date, pauses: tuple[Pause, ...]) -> _Counted:
    if term.unit == "calendar_year":
        end = date(event.year + term.amount, 12, 31)
    else:
        end = add_months(event, term.amount * (12 if term.unit == "year" else 1))
    steps = [] if term.unit == "calendar_year" or end.day == event.day else [Step(StepKind.NO_SUCH_DAY, end)]
    if term.start == "same_day" and not steps and term.unit != "calendar_year":
        end -= timedelta(days=1)
    for day, pause in _paused_days(pauses):
        if day > end:
            break
        if day > event:
            if pause.until is None:
                raise OpenPause(pause.since)
            steps.append(Step(StepKind.PAUSED, day))
            end += timedelta(days=1)
    return _Counted(end, steps)


def _paused_days(pauses: tuple[Pause, ...]) -> Iterator[tuple[date, Pause]]:
    """The days at whose end the clock stands still, in order; without end where the last pause has none."""
    for pause in pauses:
        day = pause.since.date()
        while pause.until is None or end_of(day) <= pause.until:
            yield day, pause
            day += timedelta(days=1)


def _roll(term: Term, end: date, calendar: WorkingCalendar, assume: Assume) -> _Counted:
    """The end moved to a working day; where it is unclear whether it moves, only the late way moves it."""
    if term.roll == "none" or (term.roll == "unclear" and assume is Assume.EARLY):
        return _Counted(end, [])
    steps: list[Step] = []
    for walked in walk(calendar, end, assume):
        if walked.works:
            end = walked.day
            break
        steps.append(_step(walked, ()))
    return _Counted(end, [*steps, Step(StepKind.ROLLED, end)] if steps else [])


_KINDS = {
    DayKind.WEEKDAY: StepKind.COUNTED,
    DayKind.MAKE_UP: StepKind.MAKE_UP,
    DayKind.WEEKEND: StepKind.WEEKEND,
    DayKind.HOLIDAY: StepKind.HOLIDAY,
}


def _step(walked: Walked, pauses: tuple[Pause, ...]) -> Step:
    if _is_paused(walked.day, pauses):
        return Step(StepKind.PAUSED, walked.day)
    if walked.is_assumed:
        return Step(StepKind.ASSUMED_WORKING if walked.works else StepKind.ASSUMED_REST, walked.day)
    return Step(_KINDS[walked.answer.kind], walked.day, walked.answer.name)


def _is_paused(day: date, pauses: tuple[Pause, ...]) -> bool:
    """Whether the clock stands still at the end of the day. Raises OpenPause when it does and has not run on."""
    at = end_of(day)
    for pause in pauses:
        if pause.since < at and (pause.until is None or at <= pause.until):
            if pause.until is None:
                raise OpenPause(pause.since)
            return True
    return False


def _in_order(pause: Pause) -> Pause:
    found = Pause(in_shanghai(pause.since), None if pause.until is None else in_shanghai(pause.until))
    if found.until is not None and found.until < found.since:
        raise InputError("LAW044", "", f"a pause ends before it begins, {pause.since}", "Check its two instants.")
    return found
