"""Which roles a service has in the supply chain, what falls on it in each, and what to pass on by contract (供应链责任).

Knows that roles add up: who supplies models to firms and runs an app of its own has both, and the duties of both. Whether it has a
role is three-valued like every fact. A contract passes work on, never the duty itself: the provision stays with whom it binds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hegui.errors import NotFoundError
from hegui.kernel.logic import Verdict
from hegui.law.assessment import Answer, Assessment
from hegui.law.role_data import Cell, CellValue, Clause, Role, RoleDuty, RoleMatrix

__all__ = ["ClauseItem", "DutyInRoles", "HeldRole", "ServiceRoles", "checklist", "service_roles"]

_RANK: tuple[CellValue, ...] = ("Y", "U", "C", "N")
"""The strongest first: what falls on one role falls on the service, whatever the others say."""


@dataclass(frozen=True)
class HeldRole:
    """A role the service has, or may have; `missing` facts would settle it, `unclear` names questions of law."""

    role: Role
    verdict: Verdict
    missing: tuple[str, ...]
    unclear: tuple[str, ...]


@dataclass(frozen=True)
class DutyInRoles:
    """A row of the matrix for the roles held; `answers` say what the engine finds for this very service."""

    duty: RoleDuty
    cells: tuple[tuple[HeldRole, Cell], ...]
    answers: tuple[Answer, ...]

    @property
    def strongest(self) -> CellValue:
        """The strongest cell of the roles it surely has; of those it may have where it surely has none."""
        sure = [cell.value for held, cell in self.cells if held.verdict is Verdict.HOLDS]
        values = sure or [cell.value for _, cell in self.cells]
        return min(values, key=_RANK.index)


@dataclass(frozen=True)
class ServiceRoles:
    """The roles of a service; `duties` in the order of the matrix, those that fall on none of its roles left out."""

    assessment: Assessment
    matrix: RoleMatrix = field(repr=False)
    roles: tuple[HeldRole, ...]
    duties: tuple[DutyInRoles, ...]

    def of_role(self, role: str) -> tuple[tuple[DutyInRoles, Cell], ...]:
        """What falls on one of the roles, with its cell."""
        return tuple((duty, cell) for duty in self.duties for held, cell in duty.cells if held.role.id == role)


@dataclass(frozen=True)
class ClauseItem:
    """A clause of a checklist. upstream: the service is the upstream side; answers: the provisions it serves, for this one."""

    clause: Clause
    upstream: bool
    held: HeldRole
    answers: tuple[Answer, ...]


def service_roles(assessment: Assessment, matrix: RoleMatrix) -> ServiceRoles:
    """The roles that the facts of an assessment give the service, and what falls on each."""
    roles = tuple(_held(assessment, matrix))
    return ServiceRoles(assessment, matrix, roles, tuple(_duties(assessment, matrix, roles)))


def checklist(found: ServiceRoles, counterparty: str) -> tuple[ClauseItem, ...]:
    """The clauses for a contract between the service, in the roles it has or may have, and a counterparty.

    Raises:
        NotFoundError: LAW071, there is no such role.
    """
    if counterparty not in found.matrix.roles:
        known = ", ".join(found.matrix.roles)
        raise NotFoundError("LAW071", counterparty, "there is no such role", f"Write one of: {known}.")
    return tuple(_items(found, counterparty))


def _held(assessment: Assessment, matrix: RoleMatrix) -> Iterator[HeldRole]:
    conditions = assessment.conditions
    for role in matrix.roles.values():
        node = conditions.node(role.when)
        verdict = conditions.verdict(role.when)
        if verdict is not Verdict.FAILS:
            yield HeldRole(role, verdict, conditions.missing(node), conditions.unclear(node))


def _duties(assessment: Assessment, matrix: RoleMatrix, roles: tuple[HeldRole, ...]) -> Iterator[DutyInRoles]:
    for duty in matrix.duties:
        cells = tuple((held, duty.cells[held.role.id]) for held in roles)
        if any(cell.value != "N" for _, cell in cells):
            yield DutyInRoles(duty, cells, tuple(assessment.answers[name] for name in duty.provisions))


def _items(found: ServiceRoles, counterparty: str) -> Iterator[ClauseItem]:
    for clause in found.matrix.clauses:
        answers = tuple(found.assessment.answers[name] for name in clause.serves)
        for held in found.roles:
            if (clause.giver, clause.taker) == (held.role.id, counterparty):
                yield ClauseItem(clause, True, held, answers)
            elif (clause.taker, clause.giver) == (held.role.id, counterparty):
                yield ClauseItem(clause, False, held, answers)
