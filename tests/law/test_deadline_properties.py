"""What holds of every clock: ranges hold the truth, holidays never hurry, hours are exact, more is later."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hegui.errors import InputError
from hegui.law.counting import Pause, Reckoning, merged, reckon_term
from hegui.law.day_walk import Assume, walk
from hegui.law.deadline_data import Term, Unit
from hegui.law.instants import SHANGHAI, add_months, end_of, in_shanghai
from hegui.law.words import Words
from hegui.law.working_calendar import CalendarYear, Holiday, WorkingCalendar, is_weekend
from tests.law.time_support import book, without

CALENDAR = book().calendar
YEARS = tuple(year.year for year in CALENDAR.years)
DAYS = st.dates(date(2018, 1, 1), date(2026, 11, 30))
WORKING_DAYS = st.integers(1, 60).map(lambda amount: Term(amount, "working_day", "next_day", "none"))


def _days_term(amount: int, unit: Unit, roll: str) -> Term:
    return Term(amount, unit, "next_day", "none" if unit == "working_day" else roll)  # type: ignore[arg-type]


TERMS = st.builds(
    _days_term,
    st.integers(1, 40),
    st.sampled_from(("natural_day", "working_day", "month", "year", "calendar_year")),
    st.sampled_from(("forward", "none")),
)


@st.composite
def pauses(draw: st.DrawFn, day: date) -> tuple[Pause, ...]:
    begins = draw(st.lists(st.integers(0, 24 * 60), max_size=3))
    start = end_of(day)
    return merged(
        [
            Pause(start + timedelta(hours=one), start + timedelta(hours=one + draw(st.integers(0, 200))))
            for one in begins
        ]
    )


def _both(term: Term, day: date, calendar: WorkingCalendar, stops: tuple[Pause, ...] = ()) -> tuple[date, date]:
    return (
        reckon_term(term, day, calendar, Assume.EARLY, stops).last_day,
        reckon_term(term, day, calendar, Assume.LATE, stops).last_day,
    )


@given(TERMS, DAYS, st.sets(st.sampled_from(YEARS), min_size=1, max_size=8), st.data())
def test_the_range_holds_the_date_that_publication_brings(
    term: Term, day: date, hidden: set[int], data: st.DataObject
) -> None:
    stops = data.draw(pauses(day))
    published = _both(term, day, CALENDAR, stops)
    earliest, latest = _both(term, day, without(CALENDAR, *hidden), stops)
    assert earliest <= published[0] <= published[1] <= latest


@given(WORKING_DAYS, st.dates(date(2018, 1, 1), date(2026, 6, 30)))
def test_a_settled_stretch_has_one_end(term: Term, day: date) -> None:
    earliest, latest = _both(term, day, CALENDAR)
    assume(latest <= CALENDAR.last_settled)
    assert earliest == latest


@given(TERMS, DAYS, st.integers(1, 120), st.sampled_from(("holiday", "make_up")))
def test_a_holiday_never_hurries_and_a_made_up_day_never_delays(term: Term, day: date, ahead: int, what: str) -> None:
    moved = day + timedelta(days=ahead)
    assume(not CALENDAR.is_working_day(moved).name and is_weekend(moved) is (what == "make_up"))
    assume(moved.year in YEARS)
    before, after = _both(term, day, CALENDAR), _both(term, day, _with(moved, what))
    later, sooner = (after, before) if what == "holiday" else (before, after)
    assert later[0] >= sooner[0]
    assert later[1] >= sooner[1]


def _with(moved: date, what: str) -> WorkingCalendar:
    days = (moved,)
    extra = Holiday(Words("新", "new"), days, ()) if what == "holiday" else Holiday(Words("新", "new"), (), days)
    years = tuple(
        CalendarYear(one.year, one.notices, (*one.holidays, extra)) if one.year == moved.year else one
        for one in CALENDAR.years
    )
    return replace(CALENDAR, years=years)


@given(TERMS, DAYS, st.data())
def test_more_is_never_sooner(term: Term, day: date, data: st.DataObject) -> None:
    stops = data.draw(pauses(day))
    fewer, more = _both(term, day, CALENDAR, stops), _both(replace(term, amount=term.amount + 1), day, CALENDAR, stops)
    assert fewer[0] <= more[0]
    assert fewer[1] <= more[1]


@given(
    st.integers(1, 720),
    st.datetimes(datetime(1993, 1, 1), datetime(2190, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_hours_are_exact_whatever_the_offset(amount: int, instant: datetime, offset: int) -> None:
    event = instant.replace(tzinfo=timezone(timedelta(minutes=offset)))
    end = _clock_end(amount, event)
    assert end.at - event == timedelta(hours=amount)
    assert end.at == _clock_end(amount, event.astimezone(UTC)).at
    assert end.last_day == end.at.astimezone(SHANGHAI).date()


def _clock_end(amount: int, event: datetime) -> Reckoning:
    return reckon_term(Term(amount, "hour", "same_moment", "none"), in_shanghai(event), CALENDAR, Assume.LATE, ())


@given(st.dates(date(1992, 1, 1), date(2190, 12, 31)), st.integers(0, 200), st.integers(0, 200))
def test_months_keep_the_day_or_take_the_last(day: date, months: int, more: int) -> None:
    end = add_months(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)
    assert add_months(day, months + more) >= end


@given(st.integers(0, 2**32), st.dates(date(2027, 1, 1), date(2030, 12, 31)))
def test_any_calendar_within_the_assumptions_lies_between_the_walks(seed: int, first: date) -> None:
    """A calendar of random moves, each allowed by every window, against what the two walks have counted by each day."""
    choose = random.Random(seed)
    density = choose.random()
    moved: dict[bool, list[date]] = {True: [], False: []}
    counts = [0, 0, 0]
    days = zip(walk(CALENDAR, first, Assume.EARLY), walk(CALENDAR, first, Assume.LATE), strict=True)
    for early, late in islice(days, 250):
        day, weekend = early.day, is_weekend(early.day)
        limits = [(w.days, w.make_up if weekend else w.rest) for w in CALENDAR.assumptions.windows]
        may = all(sum((day - one).days < size for one in moved[weekend]) < most for size, most in limits)
        moves = may and choose.random() < density
        if moves:
            moved[weekend].append(day)
        counts = [counts[0] + early.works, counts[1] + (weekend == moves), counts[2] + late.works]
        assert counts[0] >= counts[1] >= counts[2]


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(InputError, match="LAW041"):
        merged([Pause(datetime(2026, 3, 1, 9, 0))])


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 50)), max_size=8))
def test_merged_pauses_cover_the_same_hours_once(spans: list[tuple[int, int]]) -> None:
    start = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    given_pauses = [Pause(start + timedelta(hours=a), start + timedelta(hours=a + n)) for a, n in spans]
    found = merged(given_pauses)
    hours = {a + k for a, n in spans for k in range(n)}
    covered = [
        int((one.since - start) / timedelta(hours=1)) + k
        for one in found
        if one.until
        for k in range(int((one.until - one.since) / timedelta(hours=1)))
    ]
    assert sorted(covered) == sorted(hours)
