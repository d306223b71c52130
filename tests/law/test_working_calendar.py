"""The shipped calendar against two packages, the assumptions against every year since 2004, and hostile files."""

from __future__ import annotations

import runpy
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from hegui.kernel.logic import Verdict
from hegui.law.entries import Entry, Faults
from hegui.law.working_calendar import is_weekend, read_assumptions, read_year
from hegui.law.yaml_lines import parse_yaml
from tests.law.time_support import book

ROOT = Path(__file__).resolve().parents[2]
CALENDAR = book().calendar
FIRST, LAST = date(2018, 1, 1), CALENDAR.last_settled


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def test_every_day_on_file_is_as_chinesecalendar_has_it() -> None:
    chinese_calendar = pytest.importorskip("chinese_calendar", reason="chinesecalendar is not installed")
    ours = {day: CALENDAR.is_working_day(day).verdict is Verdict.HOLDS for day in _days(FIRST, LAST)}
    assert ours == {day: chinese_calendar.is_workday(day) for day in ours}


def test_every_day_on_file_is_as_holidays_has_it() -> None:
    holidays = pytest.importorskip("holidays", reason="holidays is not installed")
    china = holidays.CN(years=range(FIRST.year, LAST.year + 1))
    ours = {day: CALENDAR.is_working_day(day).verdict is Verdict.HOLDS for day in _days(FIRST, LAST)}
    assert ours == {day: china.is_working_day(day) for day in ours}


def test_the_files_are_what_the_script_makes() -> None:
    constants = pytest.importorskip("chinese_calendar.constants", reason="chinesecalendar is not installed")
    script = runpy.run_path(str(ROOT / "refresh/prc_calendar.py"))
    chinese = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    for year in script["NOTICES"]:
        rest = {day: name for day, name in constants.holidays.items() if day.year == year}
        make_up = {day: name for day, name in sorted(constants.workdays.items()) if day.year == year}
        made = "\n".join(script["lines"](year, rest, make_up, chinese)) + "\n"
        assert (script["TARGET"] / f"{year}.yaml").read_text("utf-8") == made


def test_no_year_since_2004_leaves_the_assumptions() -> None:
    constants = pytest.importorskip("chinese_calendar.constants", reason="chinesecalendar is not installed")
    _assert_within(
        sorted(day for day in constants.holidays if not is_weekend(day)),
        sorted(day for day in constants.workdays if is_weekend(day)),
    )


def test_no_year_on_file_leaves_the_assumptions() -> None:
    days = [holiday for year in CALENDAR.years for holiday in year.holidays]
    _assert_within(
        sorted(day for holiday in days for day in holiday.rest if not is_weekend(day)),
        sorted(day for holiday in days for day in holiday.make_up),
    )


def _assert_within(off: list[date], worked: list[date]) -> None:
    for window in CALENDAR.assumptions.windows:
        assert _most(off, window.days) <= window.rest
        assert _most(worked, window.days) <= window.make_up
    moved = [day for day in (*off, *worked) if day.month == 12]
    assert min((date(day.year, 12, 31) - day).days for day in moved) >= 0
    assert max((date(day.year, 12, 31) - day).days for day in moved) < CALENDAR.assumptions.tail_days


def _most(days: list[date], size: int) -> int:
    return max(sum(0 <= (other - day).days < size for other in days) for day in days)


def test_every_year_names_the_notice_that_announced_it() -> None:
    for year in CALENDAR.years:
        titles = [notice.title for notice in year.notices]
        assert any(f"关于{year.year}年部分节假日安排" in title for title in titles)
        assert all(notice.number for notice in year.notices)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("year: 2026\nholidays: []", "an announced year has holidays"),
        (
            "year: 2026\nholidays: [{name: {zh: 春, en: S}, rest: [2025-02-17], make_up: []}]",
            "2025-02-17 is not in 2026",
        ),
        ("year: 2026\nholidays: [{name: {zh: 春, en: S}, rest: [2026-02-30]}]", "is not a day of the calendar"),
        ("year: 2026\nholidays: [{name: {zh: 春, en: S}, make_up: [2026-02-17]}]", "is a weekday"),
        ("year: 2026\nholidays: [{name: {zh: 春, en: S}, rest: [2026-02-17, 2026-02-17]}]", "comes twice"),
        ("year: 2026\nholidays: [{name: {zh: 春, en: S}}]", "a holiday has days"),
        ("year: 2026\nholidays: [{name: {zh: 春, en: S}, rest: 2026-02-17}]", "is not a list of texts"),
        ("year: 1066\nholidays: [{name: {zh: 春, en: S}, rest: [1066-10-14]}]", "is not a whole number from 1992"),
        ("year: [2026]\nholidays: 7", "is not a list"),
    ],
)
def test_a_faulty_year_says_what_is_wrong(text: str, problem: str) -> None:
    faults = Faults()
    read_year(Entry(parse_yaml(text), "2026.yaml", 1, faults))
    assert any(problem in found for _, found in faults.found), faults.found
    assert all(place.startswith("2026.yaml:") for place, _ in faults.found)


def test_assumptions_without_a_window_bound_nothing() -> None:
    faults = Faults()
    read_assumptions(Entry(parse_yaml("tail_days: 4\nwhy: {zh: 无, en: none}"), "u.yaml", 1, faults))
    assert [problem for _, problem in faults.found] == ["windows — without a window an unannounced year has no bound"]
