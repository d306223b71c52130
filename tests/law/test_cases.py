"""The cases a lawyer can read, against the law that comes with hegui."""

from __future__ import annotations

from typing import Any

import pytest

from hegui.errors import HeguiError
from tests.law.cases import OUTCOMES, Case, cases, counts, run

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[f"{case.file}: {case.name}" for case in CASES])
def test_case(case: Case) -> None:
    if "error" in case.then:
        with pytest.raises(HeguiError) as caught:
            run(case)
        assert caught.value.code == case.then["error"]
        return
    assert _found(case) == _expected(case)


def _expected(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = {name: outcome for outcome in OUTCOMES for name in _names(case, outcome)}
    found |= {f"standing of {name}": standing for name, standing in case.then.get("standing", {}).items()}
    found |= {f"{what} of {name}": set(needed) for what, name, needed in _needs(case)}
    return found | ({"counts": dict(case.then["counts"])} if "counts" in case.then else {})


def _found(case: Case) -> dict[str, Any]:
    """What is so of everything the case says something about."""
    assessment = run(case)
    answers = assessment.answers
    found: dict[str, Any] = {name: answers[name].outcome for outcome in OUTCOMES for name in _names(case, outcome)}
    found |= {f"standing of {name}": answers[name].timing.standing for name in case.then.get("standing", {})}
    for what, name, needed in _needs(case):
        there = answers[name].missing if what == "missing" else answers[name].unclear
        found[f"{what} of {name}"] = set(needed) & set(there)
    return found | ({"counts": dict(counts(assessment))} if "counts" in case.then else {})


def _names(case: Case, outcome: str) -> list[str]:
    return list(case.then.get(outcome, []))


def _needs(case: Case) -> list[tuple[str, str, list[str]]]:
    return [
        (what, name, needed) for what in ("missing", "turns_on") for name, needed in case.then.get(what, {}).items()
    ]
