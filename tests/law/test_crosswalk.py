"""Chinese duties beside the law of other jurisdictions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from hegui.law.assessment import assess
from hegui.law.comparisons import comparisons
from hegui.law.crosswalk import Crosswalk, RowHere, crosswalk
from hegui.law.crosswalk_rows import ABROAD, Abroad
from hegui.law.facts import FactValue
from hegui.law.profile import Profile
from tests.law.comparing import BOOK, PUBLIC_CHAT, cases, profile

ROWS = comparisons().crosswalk
EU: Mapping[str, FactValue] = {
    "eu_market": True, "eu_high_risk_annex3": False, "eu_high_risk_annex1": False, "gpai_provider": False,
    "gpai_systemic": False, "eu_deployer": False, "nudify_or_csam": False,
}  # fmt: skip


def beside(to: Abroad, more: Mapping[str, FactValue], as_of: date = date(2026, 11, 26)) -> Crosswalk:
    return crosswalk(assess(BOOK, profile(PUBLIC_CHAT, more), as_of=as_of), ROWS, to)


def row(found: Crosswalk, identifier: str) -> RowHere:
    return next(one for one in found.rows if one.answer.provision.id == identifier)


def test_an_unanswered_market_leaves_all_foreign_law_open_and_is_asked_first() -> None:
    found = beside("EU", {})
    assert {one.status for one in found.foreign.values()} == {"may_apply"}
    assert found.to_ask[0][0] == "eu_market"
    assert found.to_ask[0][1] == len(found.foreign)


def test_outside_the_market_no_foreign_provision_applies_and_nothing_is_missing() -> None:
    found = beside("EU", {"eu_market": False})
    assert {one.status for one in found.foreign.values()} == {"does_not_apply"}
    assert (found.missing_there, found.to_ask) == ((), ())
    assert row(found, "IM-12-1").also_served == ()


CASES = cases("abroad.yaml")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: Mapping[str, Any]) -> None:
    found = beside(case["to"], case.get("given", {}), date.fromisoformat(case["when"]))
    assert {name: found.foreign[name].status for name in case["then"]} == case["then"]


def test_a_label_here_counts_towards_marking_there() -> None:
    assert [one.id for one in row(beside("EU", EU), "IM-12-1").also_served] == ["EU-50-2", "EU-C1-1"]


def test_a_security_assessment_does_not_count_as_a_conformity_assessment() -> None:
    found = beside("EU", {**EU, "eu_high_risk_annex3": True, "has_comments_or_sharing": True})
    assessed = row(found, "IM-17-1")
    assert [one.id for one in assessed.related] == ["EU-6-1"]
    assert assessed.also_served == ()


def test_what_only_the_eu_asks_is_missing_here() -> None:
    found = beside("EU", EU)
    assert [one.id for one in found.missing_there] == ["EU-4-1"]
    high_risk = beside("EU", {**EU, "eu_high_risk_annex3": True, "eu_deployer": True})
    assert {"EU-4-1", "EU-86-1"} <= {one.id for one in high_risk.missing_there}


def test_what_only_china_asks_has_no_counterpart() -> None:
    found = beside("UK", {"uk_market": True})
    assert "IM-12-1" in [one.answer.provision.id for one in found.without_counterpart]
    assert "IM-12-1" not in [one.answer.provision.id for one in beside("US", {}).without_counterpart]


def test_what_has_ended_is_not_live() -> None:
    found = beside("US", {"us_market": True}, date(2027, 7, 1))
    assert not found.foreign["US-UT1-1"].is_live
    assert "US-UT1-1" not in {one.id for one in found.missing_there}


@pytest.mark.parametrize("to", ABROAD)
def test_every_chinese_duty_that_applies_is_compared_or_said_not_to_be(to: Abroad) -> None:
    found = beside(to, {})
    compared = {one.answer.provision.id for one in found.rows} | {one.provision.id for one in found.not_compared}
    applying = {
        one.provision.id
        for one in found.assessment.with_outcome("applies")
        if one.instrument.jurisdiction == "CN" and one.provision.is_obligation
    }
    assert applying <= compared


@pytest.mark.parametrize("to", ABROAD)
def test_nothing_known_settles_nothing(to: Abroad) -> None:
    found = crosswalk(assess(BOOK, Profile(), as_of=date(2026, 11, 26)), ROWS, to)
    assert {one.status for one in found.foreign.values()} == {"may_apply"}
    assert all(one.answer.outcome == "unclear" for one in found.rows if one.answer.provision.is_obligation)


@pytest.mark.parametrize("to", ABROAD)
def test_rows_come_in_the_order_of_the_book(to: Abroad) -> None:
    order = list(BOOK.provisions)
    found = [order.index(one.answer.provision.id) for one in beside(to, {}).rows]
    assert found == sorted(found)
