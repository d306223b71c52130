"""Reading a profile: what is stated, what stays open, and every fault with its place and remedy."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.errors import FileFaults
from hegui.law.assessment import assess
from hegui.law.book import law_book
from hegui.law.profile import AdoptedReading, Profile, Stated, read_profile
from hegui.law.profile_edit import begun_text, put_in
from hegui.locale.errors import error_text
from tests.law.profiles import UNDERIVED, values

BOOK = law_book()

FAULTS = [
    (
        "facts: {uses_generative_ia: true}",
        "p:1",
        "there is no fact uses_generative_ia; did you mean uses_generative_ai?",
    ),
    ("facts:\n  uses_generative_ai: ja", "p:2", "uses_generative_ai: 'ja' is neither true, false nor unknown"),
    ("facts:\n  uses_generative_ai: 1", "p:2", "uses_generative_ai: 1 is neither true, false nor unknown"),
    ("facts:\n  pi_subjects: many", "p:2", "pi_subjects: 'many' is not a whole number from 0, nor unknown"),
    ("facts:\n  pi_subjects: 1.5", "p:2", "pi_subjects: 1.5 is not a whole number from 0, nor unknown"),
    ("facts:\n  pi_subjects: true", "p:2", "pi_subjects: true is not a whole number from 0, nor unknown"),
    ("facts:\n  pi_subjects: -1", "p:2", "pi_subjects: -1 is out of bounds"),
    ("facts:\n  pi_subjects: [1]", "p:2", "pi_subjects: [1] is not a whole number"),
    (
        "facts:\n  incident_level: huge",
        "p:2",
        "incident_level: 'huge' is none of general, larger, major, especially_major",
    ),
    ("facts:\n  rd_only: {value: true, on: 2026-02-30}", "p:2", "'2026-02-30' is not a day of the calendar"),
    ("facts:\n  rd_only: {value: true, colour: red}", "p:2", "colour — there is no such member"),
    ("facts:\n  rd_only: true\n  rd_only: false", "p:3", "the key 'rd_only' comes twice"),
    ("facts: [rd_only]", "p:1", "is not a mapping of names to values"),
    ("fact: {rd_only: true}", "p:1", "fact — there is no such member"),
    ("readings: {U99: a}", "p:1", "there is no question U99"),
    ("readings: {U1: c}", "p:1", "'c' is none of a, b"),
    ("service: " + "x" * 201, "p:1", "service — longer than 200 characters"),
    ("service: [x]", "p:1", "['x'] is not a text"),
    ("- a\n- b", "p:1", "is not a mapping"),
    ("facts: {a", "p:", "expected"),
]


def read(text: str) -> Profile:
    return read_profile(text, "p", BOOK.facts, BOOK.uncertainties)


@pytest.mark.parametrize(("text", "place", "problem"), FAULTS)
def test_a_fault_has_its_place_and_the_remedy(text: str, place: str, problem: str) -> None:
    with pytest.raises(FileFaults) as caught:
        read(text)
    assert caught.value.code == "LAW020"
    assert "hegui law facts" in caught.value.remedy
    assert any(where.startswith(place) and problem in what for where, what in caught.value.faults), caught.value.faults


@pytest.mark.parametrize(("text", "place", "problem"), FAULTS[:-1])  # the last speaks in the words of the YAML library
def test_a_fault_is_said_in_chinese(text: str, place: str, problem: str) -> None:
    with pytest.raises(FileFaults) as caught:
        read(text)
    said = error_text(caught.value, "zh")
    for line in said.problem.splitlines()[1:]:
        assert re.search("[一-鿿]", line.partition("：")[2]), f"{line}, which is {problem}"
    assert said.remedy.startswith("请改正画像文件")


def test_all_faults_come_at_once() -> None:
    with pytest.raises(FileFaults) as caught:
        read("facts:\n  nothing: true\n  rd_only: 3\nreadings: {U1: x}\nmore: 1")
    assert [place for place, _ in caught.value.faults] == ["p:2", "p:3", "p:4", "p:5"]


@pytest.mark.parametrize("text", ["", "facts:", "facts: {}", "facts: {rd_only: unknown}", "facts: {rd_only: null}"])
def test_nothing_is_filled_in(text: str) -> None:
    assert read(text).stated == {}


def test_a_fact_carries_where_it_comes_from() -> None:
    found = read(
        "facts:\n  rd_only: {value: false, source: 访谈, on: 2026-10-01, note: n}\nreadings:\n  U1: {taken: b, by: 总法律顾问}"
    )
    assert found.stated["rd_only"] == Stated(False, "访谈", date(2026, 10, 1), "n", "p:2")
    assert found.readings["U1"] == AdoptedReading("b", "总法律顾问", None, "p:4")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("facts:\n  rd_only: true\n  serves_public_in_PRC: true", "serves_public_in_PRC"),
        ("facts:\n  has_forum_or_chatroom: true\n  has_public_opinion_property: false", "has_public_opinion_property"),
        ("facts:\n  targets_minors: true\n  minors_can_use: false", "minors_can_use"),
        (
            "facts: {uses_generative_ai: false, edits_or_enhances_media: false,\n\n  uses_deep_synthesis: true}",
            "uses_deep_synthesis",
        ),
    ],
)
def test_answers_that_contradict_each_other_are_refused(text: str, name: str) -> None:
    with pytest.raises(FileFaults) as caught:
        assess(BOOK, read(text), as_of=date(2026, 11, 23))
    assert caught.value.code == "LAW021"
    ((place, problem),) = caught.value.faults
    assert place == "p:3"
    assert problem.startswith(f"{name} is stated to be ")


JOINTLY = {
    "serves_public_in_PRC": False, "provides_internet_info_service_in_PRC": True, "accessible_from_PRC": True,
    "b2b_only": False, "is_app_store": False, "is_content_platform": False, "offshore_provider": False,
}  # fmt: skip
"""Accessible here, to anybody, yet not for the public: only for research or inside. Then it is no information service either."""


def test_answers_that_only_together_cannot_be_are_refused_and_any_of_them_left_out_may_be() -> None:
    facts = {name: Stated(value) for name, value in JOINTLY.items()}
    with pytest.raises(FileFaults, match="LAW021"):
        assess(BOOK, Profile("x", facts), as_of=date(2026, 11, 23))
    for name in JOINTLY:
        fewer = {one: stated for one, stated in facts.items() if one != name}
        assert assess(BOOK, Profile("x", fewer), as_of=date(2026, 11, 23)).answers


def test_an_adopted_reading_settles_what_the_law_leaves_open_and_is_no_fact() -> None:
    names = {"uses_generative_ai": "true", "rd_only": "false", "internal_use_only": "false", "b2b_only": "true"}
    text = "facts:\n  downstream_serves_public: true\n" + "".join(
        f"  {name}: {value}\n" for name, value in names.items()
    )
    outcomes = {
        taken: assess(BOOK, read(text + taken), as_of=date(2026, 11, 23)).answers["IM-2-1"].outcome
        for taken in ("", "readings: {U1: a}", "readings: {U1: b}")
    }
    assert list(outcomes.values()) == ["unclear", "does_not_apply", "applies"]


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200).filter(str.strip)
stated = st.lists(st.sampled_from(UNDERIVED), unique=True, max_size=12).flatmap(
    lambda names: st.fixed_dictionaries({name: facts_of(name) for name in names})
)


def facts_of(name: str) -> st.SearchStrategy[Any]:
    return st.builds(Stated, values(name), on=st.none() | st.dates())


@given(st.just("") | texts, stated, st.frozensets(st.sampled_from(UNDERIVED)))
def test_what_an_interview_writes_reads_back_equal(
    service: str, stated: dict[str, Stated], left: frozenset[str]
) -> None:
    now = Profile(service, stated, open=left - set(stated))
    found = read(put_in(begun_text(service), Profile(service), now))
    assert (found.service, found.open) == (now.service, now.open)
    assert {n: (s.value, s.on) for n, s in found.stated.items()} == {n: (s.value, s.on) for n, s in stated.items()}


def test_a_fault_repeats_no_more_of_a_value_than_one_can_read_and_suggests_a_few_times_only() -> None:
    vast = "facts:\n" + "".join(f"  f{number}: true\n" for number in range(2000))
    for text in ("facts: {pi_subjects: " + "9" * 9000 + "}", "facts: {" + "x" * 9000 + ": 1}", vast):
        with pytest.raises(FileFaults) as caught:
            read(text)
        assert max(len(problem) for _, problem in caught.value.faults) < 200


@given(st.text(max_size=60))
def test_any_text_is_a_profile_or_refused_with_faults(text: str) -> None:
    try:
        found: object = read(text)
    except FileFaults as faults:
        found = faults.faults
    assert found
