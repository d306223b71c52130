"""What the draft of April 2023 would have meant for a service, beside the final text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from hegui.law.comparisons import comparisons
from hegui.law.draft_comparison import DraftComparison, RowForService, compare_draft
from hegui.law.profile import Profile
from tests.law.comparing import BOOK, NO_CHANNEL, PUBLIC_CHAT, cases, profile, service

TABLE = comparisons().drafts["D23"]


def compared(who: Profile) -> DraftComparison:
    return compare_draft(BOOK, TABLE, who)


def row(found: DraftComparison, clause: str) -> RowForService:
    return next(one for one in found.rows if clause in (one.row.draft, one.row.final))


CASES = cases("draft.yaml")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: Mapping[str, Any]) -> None:
    found = compared(service(case))
    assert {clause: row(found, clause).effect for clause in case["then"]} == case["then"]


def test_a_service_outside_the_final_text_has_no_duty_under_it() -> None:
    assert compared(profile({"uses_generative_ai": True, "rd_only": True})).final_duties == ()


def test_an_open_row_says_what_to_find_out() -> None:
    found = row(compared(profile(PUBLIC_CHAT, NO_CHANNEL)), "D23-6")
    assert found.missing == ()  # the law is unclear (U2), no fact would settle it
    assert row(compared(profile(PUBLIC_CHAT)), "D23-15").missing == ("illegal_output_found",)


def test_a_deleted_duty_says_where_it_lives_on() -> None:
    found = row(compared(profile(PUBLIC_CHAT)), "D23-9")
    assert [one.provision.id for one in found.also] == ["DS-9-1", "CSL-26-1"]
    assert found.also[0].outcome == "applies"


def test_duties_of_the_draft_are_those_on_the_service_not_on_the_state() -> None:
    found = compared(profile(PUBLIC_CHAT))
    named = {one.provision.id for one in found.draft_duties}
    assert "D23-9-1" in named
    assert not {"D23-1-1", "D23-3-1"} & named
    assert all(one.provision.id.startswith("IM-") for one in found.final_duties)


def test_without_facts_nothing_is_settled_that_depends_on_them() -> None:
    found = compared(Profile())
    settled = {one.row.draft or one.row.final for one in found.rows if one.effect not in ("open", "formal")}
    assert settled == {"D23-1"}  # purpose and legal basis, for everybody alike


def test_the_draft_creates_nothing_in_the_final_view() -> None:
    found = compared(profile(PUBLIC_CHAT))
    assert found.final.as_of == date(2023, 8, 15)
    for answer in found.final.answers.values():
        if answer.instrument.is_draft:
            assert answer.outcome == "not_in_force"
