"""Bounds for what is due: each day before and on the day, and never another answer than `due` gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.vault.expiry import Rules, made_before
from hegui.vault.parts import kind_of_part
from hegui.vault.periods import Period, civil_date, read_periods
from hegui.vault.retention import KINDS, Item, Kind
from hegui.vault.retention_files import retention_law

LAW = retention_law()
DAYS = st.dates(date(2017, 6, 1), date(2100, 1, 1))


def rules(overrides: dict[Kind, str] | None = None, **periods: str) -> Rules:
    schedule = {kind: read_periods(periods.get(kind, "6 months")) for kind in KINDS}
    return Rules(schedule, LAW, overrides or {})


@pytest.mark.parametrize(
    ("on", "through"),
    [
        (date(2026, 7, 15), date(2026, 1, 14)),
        (date(2026, 7, 16), date(2026, 1, 15)),
        (date(2027, 2, 28), date(2026, 8, 27)),
        (date(2027, 3, 1), date(2026, 8, 31)),  # from 28 to 31 August six months end on the same day
        (date(2026, 9, 1), date(2026, 2, 28)),
    ],
)
def test_what_is_due_is_what_six_months_have_ended_for(on: date, through: date) -> None:
    assert rules().due_through("exchange_record", on) == through


@given(DAYS, st.integers(0, 1200), st.sampled_from(KINDS), st.booleans())
def test_the_bound_is_where_due_changes_its_mind(on: date, months: int, kind: Kind, overridden: bool) -> None:
    found = Rules({one: (Period(months),) for one in KINDS}, LAW, {kind: "a reason"} if overridden else {})
    through = found.due_through(kind, on)
    for made, is_due in ((through, True), (through + timedelta(days=1), False)):
        noon = datetime(made.year, made.month, made.day, 4, tzinfo=UTC)
        decision = found.due((Item("r", kind, noon),), (), on=on)
        assert bool(decision.delete) == is_due
        assert (noon < made_before(through)) == is_due


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_the_end_of_a_day_is_the_days_in_shanghai(moment: datetime) -> None:
    at = moment.replace(tzinfo=UTC)
    day = civil_date(at)
    assert at < made_before(day)
    assert at >= made_before(day - timedelta(days=1))


def test_the_minimum_counts_whatever_is_set_unless_a_reason_was_given() -> None:
    on = date(2026, 7, 16)
    assert rules(exchange_record="1 months").due_through("exchange_record", on) == date(2026, 1, 15)
    set_shorter = rules({"exchange_record": "offshore"}, exchange_record="1 months")
    assert set_shorter.due_through("exchange_record", on) == date(2026, 6, 15)
    assert rules(prompt="1 months").due_through("prompt", on) == date(2026, 6, 15)


def test_an_override_is_in_force_from_its_day_on() -> None:
    found = rules({"log": "offshore"}, log="6 months, 3 months from 2026-09-01")
    assert found.overridden(date(2026, 8, 31)) == {}
    in_force = found.overridden(date(2026, 9, 1))["log"]
    assert (in_force.months, in_force.since, in_force.reason) == (3, date(2026, 9, 1), "offshore")
    assert [one.provision for one in in_force.minima] == ["CSL-23-1", "AR-28-2", "LM-9-1"]


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("prompt", "prompt"),
        ("prompt-cut", "prompt"),
        ("answer", "answer"),
        ("answer-cut", "answer"),
        ("attachment-1", "attachment"),
        ("attachment-1-cut", "attachment"),
        ("attachments", "attachment"),
    ],
)
def test_each_part_has_a_kind(part: str, kind: Kind) -> None:
    assert kind_of_part(part) == kind
