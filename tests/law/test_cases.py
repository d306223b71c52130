"""The cases a lawyer can read, against the law that comes with hegui."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from hegui.errors import HeguiError
from hegui.kernel.logic import Verdict
from hegui.law.assessment import Answer
from hegui.law.book import law_book
from tests.law.case_coverage import UNTOUCHED_BY_THE_DRAFT, WANTED, compares_the_draft, covered, named, questions_of_law
from tests.law.cases import OUTCOMES, Case, cases, counts, run

CASES = list(cases())


def _parameter(case: Case) -> Any:
    """A case that says what differs has to fail until the law data says the same, and then to lose its remark."""
    marks = [pytest.mark.xfail(reason=case.differs, strict=True)] if case.differs else []
    return pytest.param(case, id=f"{case.file}: {case.name}", marks=marks)


@pytest.mark.parametrize("case", [_parameter(case) for case in CASES])
def test_case(case: Case) -> None:
    if "error" in case.then:
        with pytest.raises(HeguiError) as caught:
            run(case)
        assert caught.value.code == case.then["error"]
        return
    assert _found(case) == _expected(case)


def test_names_of_cases_tell_them_apart() -> None:
    named = Counter((case.file, case.name) for case in CASES)
    assert [name for name, times in named.items() if times > 1] == []


ROWS = [f"M{number:02}" for number in range(1, 31)]


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_cases_for_what_has_to_be_shown(row: str) -> None:
    assert covered(law_book(), CASES, row) == WANTED


@pytest.mark.parametrize("row", sorted({*ROWS} - UNTOUCHED_BY_THE_DRAFT.keys()))
def test_every_row_the_draft_touched_is_compared_with_it(row: str) -> None:
    assert compares_the_draft(CASES, row)


def test_every_provision_of_a_row_is_named_by_a_case() -> None:
    wanted = {provision.id for provision in law_book().provisions.values() if provision.duties}
    assert wanted - named(CASES) == set()


def test_every_unclear_question_of_law_comes_up_in_a_case() -> None:
    assert questions_of_law(CASES) == {*law_book().uncertainties}


def _expected(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = {name: outcome for outcome in OUTCOMES for name in _names(case, outcome)}
    found |= {f"standing of {name}": standing for name, standing in case.then.get("standing", {}).items()}
    found |= {f"article of {name}": article for name, article in case.then.get("article", {}).items()}
    found |= {f"{what} of {name}": set(needed) for what, name, needed in _needs(case)}
    found["arises"] = set(case.says("arises"))
    return found | ({"counts": dict(case.then["counts"])} if "counts" in case.then else {})


def _found(case: Case) -> dict[str, Any]:
    """What is so of everything the case says something about."""
    assessment = run(case)
    answers = assessment.answers
    found: dict[str, Any] = {name: answers[name].outcome for outcome in OUTCOMES for name in _names(case, outcome)}
    found |= {f"standing of {name}": answers[name].timing.standing for name in case.then.get("standing", {})}
    found |= {f"article of {name}": _article(answers[name]) for name in case.then.get("article", {})}
    found["arises"] = set(case.says("arises")) & set(assessment.questions_of_law)
    for what, name, needed in _needs(case):
        found[f"{what} of {name}"] = set(needed) & set(_held(answers[name], what))
    return found | ({"counts": dict(counts(assessment))} if "counts" in case.then else {})


def _held(answer: Answer, what: str) -> Iterable[str]:
    """The facts missing, the questions of law it turns on, or the exceptions that hold."""
    match what:
        case "missing":
            return answer.missing
        case "turns_on":
            return answer.unclear
        case _:
            return [one.exemption.id for one in answer.exceptions if one.verdict is Verdict.HOLDS]


def _article(answer: Answer) -> str | None:
    """The number the provision is cited by on that day."""
    return answer.timing.version.article if answer.timing.version else None


def _names(case: Case, outcome: str) -> list[str]:
    return list(case.says(outcome))


def _needs(case: Case) -> list[tuple[str, str, list[str]]]:
    kinds = ("missing", "turns_on", "exceptions")
    return [(what, name, needed) for what in kinds for name, needed in case.then.get(what, {}).items()]
