"""Cases of sanctions, read from the tables in sanction_cases: what is given, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hegui.law.sanction_amounts import Band, Figures
from hegui.law.sanctions import FIRST_BREACH, Assessment, Breach, assess
from hegui.law.yaml_lines import parse_yaml
from tests.law.sanction_law import CHAINS, RULES, SANCTIONS

FOLDER = Path(__file__).parent / "sanction_cases"


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in parse_yaml(path.read_text("utf-8")):
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")


def breach(given: Mapping[str, Any]) -> Breach:
    chain = CHAINS[given["chain"]] if "chain" in given else None
    codes = given.get("sanctions") or (chain.sanctions if chain else ())
    known = {**(FIRST_BREACH if given.get("first_breach") else {}), **given.get("is", {})}
    return Breach(
        codes=tuple(codes),
        act_on=date.fromisoformat(given["act"]),
        decided_on=date.fromisoformat(given["decided"]) if "decided" in given else None,
        found_on=date.fromisoformat(given["found"]) if "found" in given else None,
        known=known,
        provisions=frozenset(given.get("provisions", chain.provisions if chain else ())),
        figures=Figures(
            gains=given.get("gains", {}),
            turnover=given.get("turnover", {}),
            violations=given.get("violations"),
            days=given.get("days"),
        ),
        authority=given.get("authority"),
    )


def band(found: Band | None) -> dict[str, Any] | str:
    """In the manner of the tables."""
    if found is None:
        return "none"
    low, top = found.minimum, found.maximum
    shown: dict[str, Any] = {
        "from": "open" if low.amount is None else low.amount,
        "to": "open" if top.amount is None else top.amount,
        "none_possible": {"holds": True, "fails": False, "unknown": "unclear"}[found.optional.value],
    }
    if top.amount is None and top.at_least is not None:
        shown["not_below"] = top.at_least
    reasons = sorted({*low.gaps, *top.gaps} - {"no_floor"})
    return {**shown, "because": reasons} if reasons else shown


def answer(assessment: Assessment) -> dict[str, Any]:
    last = assessment.readings[-1]
    limit = assessment.limitation
    return {
        "outcome": assessment.outcome,
        "fine": band(assessment.fine),
        "one_law": assessment.law_settled.value,
        "rests_on": last.fine.winner if last.fine else None,
        "readings": {str(one.day): band(one.fine.band if one.fine else None) for one in assessment.readings},
        "persons": {role: band(found.band) for role, found in last.persons} or "none",
        "standing": {one.sanction.id: one.standing for one in last.findings},
        "because": {one.sanction.id: list(one.because) for one in last.findings if one.because},
        "measures": [one.name for one in last.measures if one.truth.value == "holds"],
        "perhaps": [one.name for one in last.measures if one.truth.value == "unknown"],
        "handover": {one.finding.sanction.id: one.truth.value for one in last.handover},
        "foreign": {one.sanction.id: band(one.fine.overall) if one.fine else "none" for one in last.foreign},
        "leniency": {f"{one.rule.id} {one.ground.result}": one.truth.value for one in assessment.leniency},
        "time": limit.expired.value,
        "found_by": [str(day) for day in limit.last_days] if limit.last_days else "unknown",
        "some_without_fine": assessment.some_without_fine,
        "authority": {one.sanction.id: one.by_authority.value for one in last.findings},
    }


@pytest.mark.parametrize("case", list(cases()))
def test_case(case: Mapping[str, Any]) -> None:
    found = answer(assess(breach(case["given"]), SANCTIONS, RULES))
    asked = {key: _part(found[key], wanted) for key, wanted in case["then"].items()}
    assert asked == case["then"]


def _part(found: Any, wanted: Any) -> Any:
    """Of a mapping only the members the table names; a list and a value whole."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return {key: found.get(key, "absent") for key in wanted}
    return found


def test_every_chain_has_cases() -> None:
    named = {case.values[0]["given"].get("chain") for case in cases()}
    assert set(CHAINS) <= named
