"""Roles in the supply chain, what falls on them, and what to pass on by contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from hegui.errors import NotFoundError
from hegui.kernel.logic import Verdict
from hegui.law.assessment import assess
from hegui.law.comparisons import comparisons
from hegui.law.facts import FactValue
from hegui.law.profile import Profile
from hegui.law.role_agreement import disagreements, sample_profile
from hegui.law.roles import ServiceRoles, checklist, service_roles
from tests.law.comparing import BOOK, PUBLIC_CHAT, profile

MATRIX = comparisons().roles
DAY = date(2026, 11, 23)

NOT_ANY: Mapping[str, FactValue] = {
    "uses_generative_ai": False, "is_content_platform": False, "is_user": False, "is_app_store": False,
    "is_technical_supporter": False,
}  # fmt: skip


def roles(facts: Mapping[str, FactValue], more: Mapping[str, FactValue] | None = None) -> ServiceRoles:
    return service_roles(assess(BOOK, profile(facts, more), as_of=DAY), MATRIX)


def held(found: ServiceRoles) -> dict[str, Verdict]:
    return {one.role.id: one.verdict for one in found.roles}


def test_a_public_chat_on_its_own_model_has_one_role() -> None:
    assert held(roles(PUBLIC_CHAT)) == {"base_model_provider": Verdict.HOLDS}


def test_roles_add_up() -> None:
    both = roles(PUBLIC_CHAT, {"offers_api": True, "downstream_serves_public": True, "is_content_platform": True})
    assert set(held(both)) == {"base_model_provider", "api_supplier_public", "platform"}
    content = next(one for one in both.duties if "IM-4-1" in one.duty.provisions)
    assert {one.role.id: cell.value for one, cell in content.cells} == {
        "base_model_provider": "Y",
        "api_supplier_public": "U",
        "platform": "N",
    }
    assert content.strongest == "Y"


def test_a_service_without_any_role_has_none() -> None:
    found = roles(NOT_ANY)
    assert (found.roles, found.duties) == ((), ())


def test_an_unknown_role_says_which_fact_would_settle_it() -> None:
    found = roles({name: value for name, value in PUBLIC_CHAT.items() if name != "is_app_store"})
    store = next(one for one in found.roles if one.role.id == "app_store")
    assert (store.verdict, store.missing) == (Verdict.UNKNOWN, ("is_app_store",))


def test_an_unclear_law_leaves_the_role_unclear() -> None:
    found = roles(PUBLIC_CHAT, {"offshore_provider": True, "targets_prc_individuals": False})
    provider = next(one for one in found.roles if one.role.id == "base_model_provider")
    assert (provider.verdict, provider.missing, provider.unclear) == (Verdict.UNKNOWN, (), ("U8",))


def test_with_nothing_known_every_role_is_possible() -> None:
    found = service_roles(assess(BOOK, Profile(), as_of=DAY), MATRIX)
    assert set(held(found)) == set(MATRIX.roles)
    assert set(held(found).values()) == {Verdict.UNKNOWN}


SUPPLIER: Mapping[str, FactValue] = {
    **NOT_ANY,
    "uses_generative_ai": True,
    "offers_api": True,
    "b2b_only": True,
    "downstream_serves_public": True,
    "internal_use_only": False,
}


def test_a_supplier_passes_its_clauses_on_to_the_app_and_only_those() -> None:
    items = checklist(roles(SUPPLIER), "app_provider")
    named = {one.clause.id for one in items}
    assert {"CL-FILED", "CL-INCIDENT", "CL-VISIBLE", "CL-ATTEST"} <= named
    assert not {"CL-STORE", "CL-INTERNAL"} & named
    assert all(one.upstream and one.answers for one in items)


def test_the_app_sees_the_same_clauses_from_the_other_side() -> None:
    app = roles(PUBLIC_CHAT, {"develops_own_model": False, "uses_third_party_model": True})
    items = checklist(app, "api_supplier_public")
    assert {one.clause.id for one in items} == {one.clause.id for one in checklist(roles(SUPPLIER), "app_provider")}
    assert not any(one.upstream for one in items)


def test_an_unknown_counterparty_is_refused_with_the_roles_there_are() -> None:
    with pytest.raises(NotFoundError) as raised:
        checklist(roles(SUPPLIER), "customer")
    assert raised.value.code == "LAW071"
    assert "app_provider" in raised.value.remedy


@pytest.mark.parametrize("role", list(MATRIX.roles))
def test_a_sample_settles_every_fact_it_does_not_leave_open(role: str) -> None:
    sample = sample_profile(BOOK, MATRIX.roles[role])
    conditions = assess(BOOK, sample, as_of=DAY).conditions
    for name, fact in BOOK.facts.items():
        if fact.kind == "bool":
            assert set(conditions.missing(conditions.fact(name))) <= sample.open


@pytest.mark.parametrize("role", list(MATRIX.roles))
def test_a_sample_has_its_role_unless_the_law_is_unclear(role: str) -> None:
    found = service_roles(assess(BOOK, sample_profile(BOOK, MATRIX.roles[role]), as_of=DAY), MATRIX)
    assert held(found)[role] is Verdict.HOLDS


def test_matrix_and_conditions_disagree_only_where_the_data_says_why() -> None:
    found = disagreements(BOOK, MATRIX)
    assert [(one.role, one.provision, one.cell.value, one.outcome) for one in found if one.recorded is None] == []


def test_no_recorded_difference_is_out_of_date() -> None:
    found = {(one.role, one.provision) for one in disagreements(BOOK, MATRIX)}
    recorded = {(role, name) for one in MATRIX.differences for role in one.roles for name in one.provisions}
    assert recorded - found == set()
