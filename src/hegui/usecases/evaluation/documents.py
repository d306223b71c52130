"""Clean documents: how many of each corpus the policy would block, which they are, and what blocked them.

Knows the corpora by their names and one bar; what blocks is known in `screened`. Each document is judged twice, as a prompt
that holds it and as an answer that gives it.
"""

from __future__ import annotations

from typing import Any

from hegui.detect.findings import Finding
from hegui.moderate.policy import DIRECTIONS, Action, Direction
from hegui.moderate.policy_files import built_in_policy
from hegui.usecases.evaluation.figures import Bar, Figure, Section, Table
from hegui.usecases.evaluation.screened import Gate, Judged
from hegui.usecases.evaluation.sets import Sets

__all__ = ["measure"]

_BAR = Bar("≤", 0.001)
_SHOWN = 200
"""Lines of the table for readers, count; all are in the details."""


def measure(sets: Sets, policy: str = "default") -> Section:
    """A figure for each corpus and direction, and the documents that were blocked."""
    gate, names = Gate(built_in_policy(policy)), sets.named("corpus_")
    section = Section("documents", missing=[] if names else ["corpus_*"])
    if not names:
        section.figures.append(Figure("blocked_documents", "corpus_*", None, 0, _BAR))
    lines: list[tuple[str, ...]] = []
    for name in names:
        rows, blocked, flagged = _judge(sets, gate, name)
        section.details[name] = {"rows": rows, "blocked": blocked, "flagged": flagged}
        for direction in DIRECTIONS:
            count = len({one["document"] for one in blocked if one["direction"] == direction})
            figure = Figure("blocked_documents", f"{name}/{direction}", count / rows if rows else None, rows, _BAR)
            section.figures.append(figure)
        lines += [tuple(str(one[column]) for column in _COLUMNS) for one in blocked]
    section.tables.append(Table("blocked", _COLUMNS, tuple(lines[:_SHOWN])))
    section.details["policy"] = gate.policy.label
    section.details["lexicon"] = gate.detectors.lexicon.digest
    section.details["models"] = gate.detectors.models
    return section


_COLUMNS = ("document", "direction", "action", "finding_kind", "term", "risk", "severity", "grade", "start")


def _judge(sets: Sets, gate: Gate, name: str) -> tuple[int, list[dict[str, Any]], dict[str, int]]:
    """Rows, what blocked which of them, and how many documents had anything at all, by direction."""
    rows, blocked, flagged = 0, list[dict[str, Any]](), dict.fromkeys(DIRECTIONS, 0)
    for number, row in enumerate(sets.rows(name), 1):
        rows = number
        for direction in DIRECTIONS:
            judged = gate.judge(row["text"], direction)
            flagged[direction] += bool(judged.rulings)
            blocked += _reasons(str(row.get("id") or f"{name}:{number}"), direction, judged)
    return rows, blocked, {str(direction): count for direction, count in flagged.items()}


def _reasons(document: str, direction: Direction, judged: Judged) -> list[dict[str, Any]]:
    """What blocked a document, each term once."""
    found: dict[tuple[str, str], tuple[Action, Finding]] = {}
    for ruling in judged.blocking:
        finding = ruling.finding
        found.setdefault((finding.kind, finding.term_id), (ruling.action, finding))
    return [
        {
            "document": document, "direction": direction, "action": action, "finding_kind": kind, "term": term,
            "risk": finding.risk, "severity": finding.severity, "grade": finding.grade, "start": finding.start,
        }
        for (kind, term), (action, finding) in found.items()
    ]  # fmt: skip
