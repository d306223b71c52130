"""What changed between two days, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.errors import InputError
from hegui.kernel.logic import Verdict
from hegui.law.assessment import assess
from hegui.law.changes import Changes, changes_for
from hegui.law.comparisons import comparisons
from hegui.law.profile import Profile
from hegui.law.provisions import ProvisionVersion
from hegui.law.spans import Span, Timeline
from hegui.law.version_events import events, value_changes
from tests.law.comparing import BOOK, PUBLIC_CHAT, cases, profile

NEWS = comparisons().developments
CHAT = profile(PUBLIC_CHAT)


def between(after: str, upto: str, who: Profile = CHAT) -> Changes:
    return changes_for(BOOK, who, after=date.fromisoformat(after), upto=date.fromisoformat(upto), developments=NEWS)


def kinds(found: Changes, identifier: str) -> list[str]:
    assert identifier in BOOK.provisions
    return [f"{e.day} {e.kind}" for one in found.provisions if one.provision.id == identifier for e in one.events]


CASES = cases("changes.yaml")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: Mapping[str, Any]) -> None:
    found = between(case["after"], case["upto"])
    assert {name: kinds(found, name) for name in case["then"]} == case["then"]


def test_a_renumbered_article_says_both_numbers_and_the_answer_stays() -> None:
    change = next(one for one in between("2025-12-31", "2026-01-01").provisions if one.provision.id == "CSL-49-1")
    (event,) = change.events
    assert event.before is not None
    assert (event.before.article, event.version.article) == ("47", "49")
    assert change.before.outcome == change.after.outcome


def test_an_article_that_an_amendment_added_is_not_taken_for_a_staged_one() -> None:
    found = {e.provision.id: e.manner for one in between("2025-12-31", "2026-01-01").provisions for e in one.events}
    assert found["CSL-20-1"] == "by_amendment"


def test_staged_dates_of_the_eu_act_are_marked() -> None:
    found = changes_for(BOOK, CHAT, after=date(2027, 12, 1), upto=date(2027, 12, 2), jurisdictions=("EU",))
    assert {e.provision.id: e.manner for one in found.provisions for e in one.events}["EU-6-1"] == "staged"


def test_a_day_that_a_source_only_attests_is_said_to_be_the_latest() -> None:
    old = BOOK.provisions["REG-F1-1"]
    attested = replace(old, versions=(ProvisionVersion(Span(None, date(2025, 5, 5), None, True), "F1"),))
    book = replace(BOOK, provisions={old.id: attested})
    assert [(e.kind, e.manner) for e in events(book, date(2025, 5, 4), date(2025, 5, 5))] == [
        ("came_into_force", "attested")
    ]


def test_foreign_law_is_left_out_unless_asked_for() -> None:
    assert {one.after.instrument.jurisdiction for one in between("2026-01-01", "2026-11-26").provisions} == {"CN"}


def test_what_ends_is_said() -> None:
    found = changes_for(BOOK, CHAT, after=date(2027, 6, 30), upto=date(2027, 7, 1), jurisdictions=("US",))
    assert [(e.provision.id, e.kind) for one in found.provisions for e in one.events] == [("US-UT1-1", "ended")]


def test_days_come_in_order_and_hold_only_what_may_concern_the_service() -> None:
    found = between("2025-01-01", "2026-11-26")
    assert list(found.days) == sorted(found.days)
    assert {e.provision.id for day in found.days.values() for e in day} <= {o.provision.id for o in found.concerning}
    assert all(one.after.verdict is not Verdict.FAILS for one in found.concerning)


def test_a_service_out_of_scope_is_told_of_nothing_that_its_facts_rule_out() -> None:
    internal = profile({"uses_generative_ai": True, "internal_use_only": True})
    named = {one.provision.id for one in between("2023-08-14", "2023-08-15", internal).concerning}
    assert "IM-17-1" not in named
    assert "IM-2-3" in named


def test_a_draft_is_watched_and_never_changes_an_answer() -> None:
    found = between("2026-04-01", "2026-11-26")
    (watched,) = found.drafts
    assert (watched.instrument.key, watched.pending) == ("DVH", True)
    assert {e.kind for e in watched.events} == {"draft_published"}
    assert not any(one.after.instrument.is_draft for one in found.provisions)
    assert not any(e.is_draft for day in found.days.values() for e in day)


def test_a_draft_that_became_law_is_said_to_be_replaced() -> None:
    (watched,) = between("2023-04-10", "2023-07-13").drafts
    assert (watched.instrument.key, watched.pending) == ("D23", False)
    assert {(str(e.day), e.kind) for e in watched.events} == {
        ("2023-04-11", "draft_published"),
        ("2023-07-13", "draft_superseded"),
    }
    (pending,) = between("2023-04-10", "2023-07-12").drafts
    assert pending.pending


@pytest.mark.parametrize(
    ("after", "upto", "named"),
    [
        ("2025-10-31", "2025-11-01", {"incident-reporting", "security-standards", "shanghai-first-punishments"}),
        ("2026-07-15", "2026-07-16", {"on-device-filing"}),
        ("2026-08-01", "2026-08-02", set()),
        ("2026-05-31", "2026-06-01", set()),
        ("2026-05-30", "2026-05-31", {"ai-agents-opinions"}),
    ],
)
def test_news_known_to_the_month_belong_to_every_day_of_it(after: str, upto: str, named: set[str]) -> None:
    found = {one.id for one in between(after, upto).news}
    assert found - {"interim-measures-amendment"} == named  # searched until November 2026, without a beginning


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InputError) as raised:
        between("2026-01-02", "2026-01-02")
    assert raised.value.code == "LAW070"


DAYS = st.dates(date(2016, 1, 1), date(2031, 12, 31))


@settings(max_examples=25, deadline=None)
@given(DAYS, DAYS, DAYS)
def test_two_windows_side_by_side_hold_what_the_whole_holds(one: date, other: date, third: date) -> None:
    first, middle, last = sorted((one, other, third))
    whole = {(e.day, e.kind, e.provision.id) for e in events(BOOK, first, last)}
    parts = [*events(BOOK, first, middle), *events(BOOK, middle, last)]
    assert {(e.day, e.kind, e.provision.id) for e in parts} == whole


@settings(max_examples=15, deadline=None)
@given(DAYS, st.integers(1, 2000))
def test_no_answer_turns_without_an_event_and_both_ends_are_the_assessments(after: date, length: int) -> None:
    upto = after + timedelta(days=length)
    found = changes_for(BOOK, CHAT, after=after, upto=upto, jurisdictions=("CN", "EU", "UK", "US"))
    before, later = assess(BOOK, CHAT, as_of=after).answers, assess(BOOK, CHAT, as_of=upto).answers
    named = {one.provision.id for one in found.provisions}
    for name in BOOK.provisions:
        assert before[name].outcome == later[name].outcome or name in named
    for one in found.provisions:
        assert (one.before.outcome, one.after.outcome) == (
            before[one.provision.id].outcome,
            later[one.provision.id].outcome,
        )


@dataclass(frozen=True)
class Amount:
    span: Span
    yuan: int


def test_dated_values_of_any_kind_can_be_compared() -> None:
    old = Amount(Span(None, date(2017, 6, 1), date(2026, 1, 1)), 500_000)
    new = Amount(Span(date(2025, 10, 28), date(2026, 1, 1)), 10_000_000)
    gone = Amount(Span(None, date(2020, 1, 1), date(2026, 1, 1)), 1)
    timelines = {"S-CSL69": Timeline((old, new)), "S-OLD": Timeline((gone,))}
    found = value_changes(timelines, date(2025, 12, 31), date(2026, 1, 1))
    assert [(one.id, one.before, one.after) for one in found] == [("S-CSL69", old, new), ("S-OLD", gone, None)]
    assert value_changes(timelines, date(2026, 1, 1), date(2026, 12, 31)) == []


def test_news_of_what_is_in_force_agree_with_the_book() -> None:
    for item in NEWS:
        said = {one.on.first for one in item.dates if one.of == "effective"}
        for key in item.instruments if item.kind == "in_force" else ():
            days = {v.span.effective for p in BOOK.provisions.values() if p.instrument == key for v in p.versions}
            assert said <= days, item.id
