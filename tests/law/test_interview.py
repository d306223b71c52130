"""The interview asks one question at a time, only those that matter, and can go back."""

from __future__ import annotations

from datetime import date

import pytest

from hegui.errors import FileFaults, InputError
from hegui.law.assessment import assess
from hegui.law.book import law_book
from hegui.law.interview import Interview, read_answer
from hegui.law.profile import Profile, Stated
from hegui.law.questions import leftover, matters

BOOK = law_book()
DAY = date(2026, 11, 23)


def begun() -> Interview:
    return Interview(BOOK, Profile("x"), DAY)


def test_an_answer_makes_other_questions_idle() -> None:
    before = {question.fact.name for question in begun().questions()}
    after = {question.fact.name for question in begun().answered("exports_pi", False).questions()}
    assert {"export_pi_subjects", "exports_pi"} <= before
    assert after.isdisjoint({"export_pi_subjects", "exports_pi"})


def test_what_a_service_is_comes_before_what_has_happened() -> None:
    asked = [
        BOOK.phases[question.fact.name] for question in Interview(BOOK, Profile("x"), DAY, events=True).questions()
    ]
    assert asked == sorted(asked)
    assert {1, 2} == set(asked)


def test_what_has_happened_is_asked_only_on_request() -> None:
    assert {BOOK.phases[question.fact.name] for question in begun().questions()} == {1}
    assert {one.name for one in begun().leftover().events} <= BOOK.events
    assert begun().leftover().events
    assert Interview(BOOK, Profile("x"), DAY, events=True).leftover().events == ()


def test_what_was_said_to_be_unknown_is_counted_with_what_hangs_on_it() -> None:
    state = begun().left_open("uses_generative_ai")
    (waiting,) = state.leftover().unknown
    found = assess(BOOK, state.profile, as_of=DAY)
    assert waiting.name == "uses_generative_ai"
    assert waiting.bears_on == sum(waiting.name in one.missing for one in matters(found)) > 0


def test_readings_that_would_settle_something_are_counted() -> None:
    stated = {"uses_generative_ai": True, "b2b_only": True, "downstream_serves_public": True}
    profile = Profile("x", {name: Stated(value) for name, value in stated.items()})
    left = {one.name: one.bears_on for one in leftover(assess(BOOK, profile, as_of=DAY)).readings}
    assert left["U1"] > 0


def test_what_is_not_known_is_not_asked_again() -> None:
    name = begun().questions()[0].fact.name
    after = begun().left_open(name)
    assert name in after.profile.open
    assert name not in {question.fact.name for question in after.questions()}


def test_back_takes_the_latest_answer_away() -> None:
    state = begun().answered("rd_only", True).left_open("is_ciio")
    assert state.back().profile == begun().answered("rd_only", True).profile
    assert state.back().back().profile == begun().profile
    assert begun().back() == begun()


def test_what_was_not_yet_published_is_not_asked_about() -> None:
    asked = {
        known: {question.fact.name for question in Interview(BOOK, Profile(), date(2026, 8, 1), known).questions()}
        for known in (date(2026, 4, 9), date(2026, 4, 10))
    }
    assert asked[date(2026, 4, 9)] < asked[date(2026, 4, 10)], "the rules on anthropomorphic services came on 10 April"


def test_an_answer_notes_the_day_on_which_it_was_given_and_not_the_day_whose_law_is_asked_for() -> None:
    state = Interview(BOOK, Profile(), date(2023, 9, 1), today=DAY)
    assert state.answered("rd_only", True).profile.stated["rd_only"].on == DAY


def test_a_contradiction_is_refused() -> None:
    state = begun().answered("targets_minors", True)
    with pytest.raises(FileFaults, match="LAW021"):
        state.answered("minors_can_use", False)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("rd_only", "y", True),
        ("rd_only", " YES ", True),
        ("rd_only", "是", True),
        ("rd_only", "否", False),
        *(("rd_only", word, True) for word in ("是的", "有的", "是。")),
        *(("rd_only", word, False) for word in ("不是", "没有")),
        ("pi_subjects", "2万", 20_000),
        ("pi_subjects", "1.5万", 15_000),
        ("pi_subjects", "300万", 3_000_000),
        ("pi_subjects", "1.2亿", 120_000_000),
        ("pi_subjects", "１ 000 000", 1_000_000),
        ("pi_subjects", "1，000，000", 1_000_000),
        ("pi_subjects", "300万人", 3_000_000),
        ("rd_only", "N", False),
        ("pi_subjects", "1,500,000", 1_500_000),
        ("pi_subjects", "１，５００，０００", 1_500_000),
        ("pi_subjects", "1_500_000", 1_500_000),
        ("pi_subjects", "0", 0),
        ("continuous_use_hours", "2.5", 2.5),
        ("incident_level", "larger", "larger"),
        ("incident_level", "较大", "larger"),
    ],
)
def test_reads_what_people_type(name: str, typed: str, value: object) -> None:
    assert read_answer(BOOK.facts[name], typed) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [("rd_only", "maybe"), ("pi_subjects", "-1"), ("pi_subjects", "2.5"), ("pi_subjects", "1.23456万"),
     ("pi_subjects", "1 2"), ("pi_subjects", "万"), ("pi_subjects", "1,5"), ("pi_subjects", "1,500,00"),
     ("pi_subjects", "9" * 5000), ("pi_subjects", "9" * 30), ("pi_subjects", "٣"), ("continuous_use_hours", "nan"),
     ("continuous_use_hours", "inf"), ("incident_level", "5"), ("pi_subjects", "")],
)  # fmt: skip
def test_refuses_what_is_no_answer(name: str, typed: str) -> None:
    with pytest.raises(InputError) as caught:
        read_answer(BOOK.facts[name], typed)
    assert (caught.value.code, caught.value.where) == ("LAW023", name)
