"""Roles in the supply chain, and a checklist of clauses, as memos and as plain values (供应链责任)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hegui.kernel.logic import Verdict
from hegui.law.assessment import Answer
from hegui.law.memo.comparing import facts_lines, footer, headed
from hegui.law.memo.words import INDENT, joined
from hegui.law.plain import plain_words
from hegui.law.role_agreement import Disagreement
from hegui.law.role_data import Cell, RoleMatrix
from hegui.law.roles import ClauseItem, DutyInRoles, HeldRole, ServiceRoles
from hegui.locale import message

__all__ = [
    "checklist_lines", "disagreement_lines", "matrix_lines", "plain_checklist", "plain_disagreements", "plain_matrix",
    "plain_roles", "roles_lines",
]  # fmt: skip


def roles_lines(found: ServiceRoles, lang: str) -> Iterator[str]:
    """The roles a service has, what falls on each, and what would settle those it may have."""
    book = found.assessment.book
    yield message("law.roles.title", lang, as_of=found.assessment.as_of)
    if not found.roles:
        yield message("law.roles.none", lang)
    for held in found.roles:
        yield ""
        yield _held(held, lang)
        if held.verdict is not Verdict.HOLDS:
            yield from (INDENT + line for line in facts_lines(book, held.missing, lang))
            continue
        for value in ("Y", "U", "C"):
            rows = [(d, cell) for d, cell in found.of_role(held.role.id) if cell.value == value]
            lines = [line for duty, cell in rows for line in _duty(duty, cell, lang)]
            yield from (INDENT + line for line in headed(f"law.roles.value.{value}", lines, lang) if line)
    yield ""
    yield footer(book, lang)


def matrix_lines(matrix: RoleMatrix, lang: str) -> Iterator[str]:
    """The matrix row by row; roles on which a duty does not fall are left out of its row."""
    for duty in matrix.duties:
        yield f"{joined(duty.provisions, lang)} — {duty.duty.text(lang)}"
        for name, cell in duty.cells.items():
            if cell.value != "N" or cell.note:
                yield f"{INDENT}{matrix.roles[name].name.text(lang)}: {_cell(cell, lang)}"


def checklist_lines(found: ServiceRoles, items: Sequence[ClauseItem], counterparty: str, lang: str) -> Iterator[str]:
    """The clauses to settle with a counterparty, each with the provisions it serves."""
    there = found.matrix.roles[counterparty].name.text(lang)
    yield message("law.roles.checklist", lang, counterparty=there)
    if not items:
        yield message("law.roles.no_clauses", lang)
    for item in items:
        yield ""
        side = message("law.roles.upstream" if item.upstream else "law.roles.downstream", lang)
        role = item.held.role.name.text(lang)
        yield f"[ ] {item.clause.id} ({message('law.roles.as', lang, role=role)}; {side})"
        yield INDENT + item.clause.text.text(lang)
        serves = joined((_outcome(answer, lang) for answer in item.answers), lang)
        yield INDENT + message("law.roles.serves", lang, provisions=serves)
    yield ""
    yield message("law.roles.stays", lang)
    yield footer(found.assessment.book, lang)


def disagreement_lines(found: Iterable[Disagreement], matrix: RoleMatrix, lang: str) -> Iterator[str]:
    """Where matrix and conditions say different things, with the reason where one is recorded."""
    for one in found:
        outcome = message(f"law.outcome.{one.outcome}", lang)
        role = matrix.roles[one.role].name.text(lang)
        cell = message(f"law.roles.cell.{one.cell.value}", lang)
        yield message("law.roles.differs", lang, role=role, provision=one.provision, cell=cell, outcome=outcome)
        yield INDENT + (one.recorded.why.text(lang) if one.recorded else message("law.roles.unexplained", lang))


def plain_roles(found: ServiceRoles) -> dict[str, Any]:
    """Roles and duties."""
    return {
        "service": found.assessment.profile.service,
        "as_of": found.assessment.as_of,
        "law_digest": found.assessment.book.digest,
        "roles": [_plain_held(held) for held in found.roles],
        "duties": [
            {
                "provisions": {answer.provision.id: answer.outcome for answer in one.answers},
                "duty": plain_words(one.duty.duty),
                "strongest": one.strongest,
                "cells": {held.role.id: _plain_cell(cell) for held, cell in one.cells},
            }
            for one in found.duties
        ],
    }


def plain_matrix(matrix: RoleMatrix) -> dict[str, Any]:
    """The whole matrix."""
    return {
        "roles": [{"id": one.id, "name": plain_words(one.name)} for one in matrix.roles.values()],
        "duties": [
            {
                "provisions": list(one.provisions),
                "duty": plain_words(one.duty),
                "cells": {role: _plain_cell(cell) for role, cell in one.cells.items()},
            }
            for one in matrix.duties
        ],
    }


def plain_checklist(items: Sequence[ClauseItem]) -> list[dict[str, Any]]:
    """The clauses of a checklist."""
    return [
        {
            "id": one.clause.id,
            "from": one.clause.giver,
            "to": one.clause.taker,
            "upstream": one.upstream,
            "text": plain_words(one.clause.text),
            "serves": {answer.provision.id: answer.outcome for answer in one.answers},
        }
        for one in items
    ]


def plain_disagreements(found: Iterable[Disagreement]) -> list[dict[str, Any]]:
    """Where matrix and conditions say different things."""
    return [
        {
            "role": one.role,
            "provision": one.provision,
            "cell": one.cell.value,
            "outcome": one.outcome,
            "why": plain_words(one.recorded.why) if one.recorded else None,
        }
        for one in found
    ]


def _held(held: HeldRole, lang: str) -> str:
    name = held.role.name.text(lang)
    if held.verdict is Verdict.HOLDS:
        return name
    unclear = joined(held.unclear, lang)
    key = "law.roles.may_be_unclear" if unclear else "law.roles.may_be"
    return message(key, lang, role=name, questions=unclear)


def _duty(one: DutyInRoles, cell: Cell, lang: str) -> Iterator[str]:
    yield f"{one.duty.duty.text(lang)} ({joined((_outcome(answer, lang) for answer in one.answers), lang)})"
    remark = _remark(cell, lang)
    if remark:
        yield INDENT + remark


def _outcome(answer: Answer, lang: str) -> str:
    return f"{answer.provision.id} {message(f'law.outcome.{answer.outcome}', lang)}"


def _cell(cell: Cell, lang: str) -> str:
    value = message(f"law.roles.cell.{cell.value}", lang)
    return joined(filter(None, (value, _remark(cell, lang))), lang)


def _remark(cell: Cell, lang: str) -> str:
    """The note, and the question of law where the note does not name it."""
    note = cell.note.text(lang) if cell.note else ""
    question = cell.uncertainty if cell.uncertainty and cell.uncertainty not in note else ""
    return joined(filter(None, (note, question)), lang)


def _plain_held(held: HeldRole) -> dict[str, Any]:
    return {
        "id": held.role.id,
        "name": plain_words(held.role.name),
        "verdict": held.verdict.value,
        "missing": list(held.missing),
        "unclear": list(held.unclear),
    }


def _plain_cell(cell: Cell) -> dict[str, Any]:
    return {"value": cell.value, "note": plain_words(cell.note), "uncertainty": cell.uncertainty}
