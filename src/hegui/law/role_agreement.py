"""See whether the role matrix and the conditions of the law book say the same.

Knows two witnesses: a cell, written by hand, and what the conditions make of the role's sample, whatever the dates. A provision
falls on a role in their eyes when its condition holds and one of its bearers is a bearer of the role. Cells by contract (C) are
not compared: no condition says who promised what. Where the two differ, that is an answer; nothing is corrected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hegui.kernel.logic import Verdict
from hegui.law.book import LawBook
from hegui.law.conditions import Conditions
from hegui.law.facts import FactDefinition, FactValue
from hegui.law.profile import Profile, Stated
from hegui.law.provisions import Provision
from hegui.law.role_data import Cell, CellValue, Difference, Role, RoleMatrix, RoleOutcome

__all__ = ["Disagreement", "disagreements", "sample_profile"]

_EXPECTED: Mapping[CellValue, RoleOutcome] = {"Y": "applies", "N": "does_not_apply", "U": "unclear"}


@dataclass(frozen=True)
class Disagreement:
    """A cell, and what the conditions say instead; `recorded` is the difference in the data that explains it, if any does."""

    role: str
    provision: str
    cell: Cell
    outcome: RoleOutcome
    recorded: Difference | None


def disagreements(book: LawBook, matrix: RoleMatrix) -> tuple[Disagreement, ...]:
    """Every cell that says something else than the conditions do, in the order of roles and rows."""
    return tuple(one for role in matrix.roles.values() for one in _of_role(book, matrix, role))


def sample_profile(book: LawBook, role: Role) -> Profile:
    """The role's sample as a profile in which every fact is settled but those it leaves open.

    Facts that follow from others are left to follow; where their rule says nothing, they are false like the rest.
    """
    stated = {name: Stated(_value(fact, role)) for name, fact in book.facts.items() if _is_stated(fact, role)}
    profile = Profile(role.name.en, stated, open=frozenset(role.sample.open))
    conditions = _conditions(book, profile)
    for name, fact in book.facts.items():
        if fact.derivation and name not in role.sample.open and name in conditions.missing(conditions.fact(name)):
            stated[name] = Stated(name in role.sample.holds)
    return Profile(role.name.en, stated, open=profile.open)


def _is_stated(fact: FactDefinition, role: Role) -> bool:
    return fact.derivation is None and fact.name not in role.sample.open


def _value(fact: FactDefinition, role: Role) -> FactValue:
    if fact.kind == "bool":
        return fact.name in role.sample.holds
    return fact.levels[0].id if fact.kind == "level" else 0


def _of_role(book: LawBook, matrix: RoleMatrix, role: Role) -> Iterator[Disagreement]:
    conditions = _conditions(book, sample_profile(book, role))
    for duty in matrix.duties:
        cell = duty.cells[role.id]
        for name in duty.provisions:
            outcome = _outcome(book, book.provisions[name], conditions, role)
            if _EXPECTED.get(cell.value, outcome) != outcome:
                yield Disagreement(role.id, name, cell, outcome, _recorded(matrix, role.id, name, cell.value, outcome))


def _conditions(book: LawBook, profile: Profile) -> Conditions:
    return Conditions(book.facts, tuple(book.uncertainties), book.domains, profile)


def _outcome(book: LawBook, provision: Provision, conditions: Conditions, role: Role) -> RoleOutcome:
    verdict = conditions.verdict(book.conditions[provision.id])
    if verdict is Verdict.FAILS or not set(provision.bearers) & set(role.bearers):
        return "does_not_apply"
    return "applies" if verdict is Verdict.HOLDS else "unclear"


def _recorded(
    matrix: RoleMatrix, role: str, provision: str, cell: CellValue, outcome: RoleOutcome
) -> Difference | None:
    for one in matrix.differences:
        if role in one.roles and provision in one.provisions and (cell, outcome) == (one.cell, one.outcome):
            return one
    return None
