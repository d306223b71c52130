"""The tables in deadline_cases, each row a case a lawyer can read."""

from __future__ import annotations

from typing import Any

import pytest

from hegui.errors import InputError
from hegui.law.counting import Pause, Reckoning
from hegui.law.deadline_dict import as_dict
from hegui.law.deadline_text import explain
from hegui.law.deadlines import Between, Extended, Fixed, NotBinding, Outcome, Paused, Soon, UntilEvent, reckon
from tests.law.time_support import book, cases, clock, moment, without

WORKING_DAYS = cases("working_days")
CLOCKS = cases(
    "working_day_clocks",
    "unpublished_years",
    "hours",
    "days_months_years",
    "words_and_drafts",
    "extensions_and_pauses",
    "refused",
)


@pytest.mark.parametrize("case", WORKING_DAYS, ids=[case["name"] for case in WORKING_DAYS])
def test_working_day(case: dict[str, Any]) -> None:
    answer = book().calendar.is_working_day(moment(case["day"]))
    assert (answer.verdict.value, answer.kind.value) == (case["works"], case["why"])
    assert (answer.name.zh if answer.name else None) == case.get("holiday")


@pytest.mark.parametrize("case", CLOCKS, ids=[case["name"] for case in CLOCKS])
def test_clock(case: dict[str, Any]) -> None:
    assert _said(case) == case["then"]


def _said(case: dict[str, Any]) -> dict[str, Any]:
    """The outcome in the words of the tables."""
    deadline = clock(**case["clock"]) if "clock" in case else book().deadlines[case["deadline"]]
    calendar = without(book().calendar, *map(int, case.get("hide", ())))
    try:
        answer = reckon(
            deadline,
            moment(case["event"]),
            calendar,
            book().counting,
            extended=[Extended(reason) for reason in case.get("extended", ())],
            pauses=[Pause(*map(_instant, pause)) for pause in case.get("pauses", ())],
            known_on=moment(case["known_on"]) if "known_on" in case else None,
            draft=case.get("draft") == "true",
        )
    except InputError as error:
        return {"refused": error.code}
    assert explain(answer, "zh")[0].startswith(deadline.id) == explain(answer, "en")[0].startswith(deadline.id)
    assert as_dict(answer)["deadline"] == deadline.id
    return _words(answer.outcome, {"keep": "keep", "lapse": "lapses"}.get(deadline.kind, "due"))


def _words(outcome: Outcome, kind: str) -> dict[str, Any]:
    match outcome:
        case Fixed(end):
            return {kind: _end(end)}
        case Between(earliest, latest, reasons):
            return {"between": [_end(earliest), _end(latest)], "because": [reason.value for reason in reasons]}
        case UntilEvent():
            return {"before_event": "true"}
        case Paused(since):
            return {"paused": since.isoformat()}
        case NotBinding(reason):
            return {"not_binding": reason.value}
        case Soon(word, _, own):
            return {"no_number": word.zh} | ({"own": _words(own, "own")["own"]} if own else {})


def _end(end: Reckoning) -> str:
    return end.at.isoformat() if end.term.unit in ("minute", "hour") else end.last_day.isoformat()


def _instant(text: str) -> Any:
    return None if text in ("null", "") else moment(text)
