"""General rule, exceptions, exceptions to exceptions, and what is done when two contradict each other."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hegui.kernel.logic import Verdict
from hegui.law.assessment import Assessment, assess
from hegui.law.book import read_book
from hegui.law.exemptions import ContradictionError
from hegui.law.profile import Profile, Stated
from tests.law.small_law import small_law

CASES: list[tuple[dict[str, Any], Verdict]] = [
    ({"open_to_all": True, "persons": 100, "is_small": False, "harm": "slight"}, Verdict.HOLDS),
    ({"open_to_all": True, "persons": 99, "is_small": False, "harm": "slight"}, Verdict.FAILS),
    ({"open_to_all": True, "persons": 100, "is_small": True, "harm": "slight"}, Verdict.FAILS),
    ({"open_to_all": True, "persons": 100, "is_small": True, "harm": "grave"}, Verdict.HOLDS),
    ({"open_to_all": False, "harm": "grave"}, Verdict.HOLDS),
    ({"open_to_all": False}, Verdict.UNKNOWN),
    ({"open_to_all": True, "persons": 9, "harm": "slight"}, Verdict.FAILS),
    ({}, Verdict.UNKNOWN),
]


def assessed(folder: Path, facts: dict[str, Any], **changes: tuple[str, str]) -> Assessment:
    profile = Profile("x", {name: Stated(value) for name, value in facts.items()})
    return assess(read_book(small_law(folder, **changes)), profile, as_of=date(2024, 1, 1))


@pytest.mark.parametrize(("facts", "expected"), CASES)
def test_the_last_word_belongs_to_what_is_over(tmp_path: Path, facts: dict[str, Any], expected: Verdict) -> None:
    assert assessed(tmp_path, facts).answers["R-1-1"].verdict is expected


def test_the_answer_shows_the_exceptions_it_considered(tmp_path: Path) -> None:
    answer = assessed(tmp_path, {"persons": 9}).answers["R-1-1"]
    assert [(one.exemption.id, one.verdict) for one in answer.exceptions] == [
        ("small", Verdict.HOLDS),
        ("grave", Verdict.UNKNOWN),
    ]
    assert answer.missing == ("harm",)


def test_two_that_contradict_each_other_are_an_error_with_both_citations(tmp_path: Path) -> None:
    facts = {"is_small": True, "harm": "grave"}
    with pytest.raises(ContradictionError) as caught:
        assessed(tmp_path, facts, art01=(", over: [small]", ""))
    assert caught.value.code == "LAW030"
    assert caught.value.citations == ("R-1-1 (R-1-2)", "R-1-1 (R-1-1)")
