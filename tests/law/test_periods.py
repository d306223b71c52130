"""Dates as far as they are known."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.law.periods import Period, parse_period

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-01-01", date(2026, 1, 1), date(2026, 1, 1)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2025-04/2025-06", date(2025, 4, 1), date(2025, 6, 30)),
        ("/2026-11", None, date(2026, 11, 30)),
        ("2026-03-05/", date(2026, 3, 5), None),
    ],
)
def test_a_period_keeps_what_is_known(text: str, first: date | None, last: date | None) -> None:
    assert parse_period(text) == Period(text, first, last)


@pytest.mark.parametrize(
    "text", ["", "/", "2026", "2026-13", "2026-02-30", "2026-06/2026-05", "spring", "2026-1-1", "a/b/c"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_period(text)


@given(DAYS, DAYS)
def test_a_day_meets_the_windows_it_lies_in(day: date, start: date) -> None:
    end = start + timedelta(days=30)
    assert parse_period(str(day)).meets(start, end) == (start < day <= end)


@given(st.text(max_size=20))
def test_any_text_is_a_period_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert parse_period(text).written == text
