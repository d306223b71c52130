"""Roles in the supply chain, who bears which duty, and clauses to pass duties on, as data (供应链角色).

Knows what the files under `roles/` say: `role/` who has a role and a sample of it, `duty/` a row of the matrix, `clause/` a clause
for a contract, `differences.yaml` where the matrix and the conditions of the law book are known to disagree, and why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from hegui.law.entries import Entry
from hegui.law.expression import Expression
from hegui.law.read_expression import needed_expression
from hegui.law.words import Words

__all__ = [
    "Cell", "CellValue", "Clause", "Difference", "Role", "RoleDuty", "RoleMatrix", "RoleOutcome", "Sample", "read_clause",
    "read_difference", "read_role", "read_role_duty",
]  # fmt: skip

CellValue = Literal["Y", "C", "N", "U"]
"""Falls on the role; by contract or cooperation; does not fall on it; unclear. 适用、以合同或者配合落实、不适用、不明确."""

RoleOutcome = Literal["applies", "unclear", "does_not_apply"]
"""What the conditions of the law book say of a sample."""

_CLAUSE = re.compile(r"CL-[A-Z]+")
_ROLE = re.compile(r"[a-z_]+")


@dataclass(frozen=True)
class Sample:
    """A service that has the role. holds: facts that are true; open: unknown ones; all others are false, or 0."""

    words: Words
    holds: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True)
class Role:
    """when: the facts that make a service have it; bearers: ids of those who bear duties in this role."""

    id: str
    order: int
    name: Words
    when: Expression
    bearers: tuple[str, ...]
    sample: Sample
    place: str


@dataclass(frozen=True)
class Cell:
    """Whether a duty falls on a role, with what to add, and the question of law where it is unclear."""

    value: CellValue
    note: Words | None
    uncertainty: str | None


@dataclass(frozen=True)
class RoleDuty:
    """A row of the matrix: provisions that fall on the same roles; `cells` by role."""

    order: int
    provisions: tuple[str, ...]
    duty: Words
    cells: Mapping[str, Cell]
    place: str


@dataclass(frozen=True)
class Clause:
    """A clause in our own words for a contract between two roles. giver: the upstream side; serves: the provisions it is for."""

    id: str
    giver: str
    taker: str
    text: Words
    serves: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class Difference:
    """Cells whose value is not what the conditions of the law book say of the role's sample, and why."""

    roles: tuple[str, ...]
    provisions: tuple[str, ...]
    cell: CellValue
    outcome: RoleOutcome
    why: Words
    place: str


@dataclass(frozen=True)
class RoleMatrix:
    """All of it; roles by id in their order, rows in theirs."""

    roles: Mapping[str, Role]
    duties: tuple[RoleDuty, ...]
    clauses: tuple[Clause, ...]
    differences: tuple[Difference, ...]


def read_role(entry: Entry) -> Role:
    """What `roles/role/<id>.yaml` says."""
    return Role(
        id=entry.matching("id", _ROLE, "an id in small letters"),
        order=entry.whole("order", 1),
        name=entry.words("name"),
        when=needed_expression(entry, "when"),
        bearers=entry.texts("bearers"),
        sample=entry.entry("sample", _sample) or Sample(Words("", ""), (), ()),
        place=entry.place,
    )


def read_role_duty(entry: Entry) -> RoleDuty:
    """What `roles/duty/<first provision>.yaml` says."""
    found = RoleDuty(
        order=entry.whole("order", 1),
        provisions=entry.texts("provisions"),
        duty=entry.words("duty"),
        cells=dict(entry.named("cells", lambda name, one: (name, _cell(one)))),
        place=entry.place,
    )
    if not found.provisions:
        entry.fault("provisions", "there is none")
    return found


def read_clause(entry: Entry) -> Clause:
    """What `roles/clause/<id>.yaml` says."""
    return Clause(
        id=entry.matching("id", _CLAUSE, "an id such as CL-USE"),
        giver=entry.text("from"),
        taker=entry.text("to"),
        text=entry.words("text"),
        serves=entry.texts("serves"),
        place=entry.place,
    )


def read_difference(entry: Entry) -> Difference:
    """One entry of `roles/differences.yaml`."""
    return Difference(
        roles=entry.texts("roles"),
        provisions=entry.texts("provisions"),
        cell=entry.one_of("cell", get_args(CellValue)),
        outcome=entry.one_of("outcome", get_args(RoleOutcome)),
        why=entry.words("why"),
        place=entry.place,
    )


def _sample(entry: Entry) -> Sample:
    return Sample(entry.words("words"), entry.texts("holds"), entry.texts("open"))


def _cell(entry: Entry) -> Cell:
    found = Cell(
        entry.one_of("value", get_args(CellValue)), entry.words_or_none("note"), entry.text_or_none("uncertainty")
    )
    if found.value == "U" and found.uncertainty is None:
        entry.fault("uncertainty", "an unclear cell names its question, such as U1")
    return found
