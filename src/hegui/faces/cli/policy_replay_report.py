"""Show the report of a replay: as tables and sentences for people, as a dictionary for programs.

Knows words and columns; counts nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hegui.faces.cli.render import print_lines, print_table
from hegui.faces.cli.session import Session

if TYPE_CHECKING:
    from hegui.usecases.policy_replay import Replay

__all__ = ["as_dict", "print_report"]


def as_dict(found: Replay, about: dict[str, Any]) -> dict[str, Any]:
    """The whole report. Rows are in the order of direction and change."""
    return {
        **about,
        "replayed": found.replayed,
        "changed": found.changed,
        "changes": _rows(found.changes, "direction", "change"),
        "steps": _rows(found.steps, "direction", "change", "before", "after"),
        "risks": _rows(found.risks, "direction", "change", "kind", "risk"),
        "not_replayed": _rows(found.passed_over, "direction", "reason"),
        "notes": {name: count for name, count in sorted(found.notes.items()) if count},
        "examples": [
            {
                "direction": direction,
                "change": change,
                "id": one.id,
                "before": one.before,
                "after": one.after,
                "causes": [{"kind": kind, "risk": risk, "term_id": term} for kind, risk, term in one.causes],
                **({} if one.excerpt is None else {"excerpt": one.excerpt}),
            }
            for (direction, change), kept in sorted(found.examples.items())
            for one in kept
        ],
    }


def print_report(session: Session, found: Replay, about: dict[str, Any]) -> None:
    """The report for people; what cannot be shown by a replay is said first."""
    report = as_dict(found, about)
    _print_sides(session, report)
    session.say("replay.total", replayed=report["replayed"], changed=report["changed"])
    if about["files_passed_over"]:
        session.say("replay.files_passed_over", count=about["files_passed_over"])
    if about["guards_not_asked"]:
        session.say("replay.guards_not_asked", names=", ".join(about["guards_not_asked"]))
    for name, count in report["notes"].items():
        session.say(f"replay.note.{name}", count=count)
    for title, names in _TABLES.items():
        if report[title]:
            click.echo()
            session.say(f"replay.title.{title}")
            head = [session.word(f"replay.column.{name}") for name in (*names, "count")]
            print_table(head, [_cells(session, row, names) for row in report[title]])
    if report["examples"]:
        click.echo()
        session.say("replay.title.examples")
        print_lines(line for one in report["examples"] for line in _example(session, one))


_TABLES = {
    "changes": ("direction", "change"),
    "steps": ("direction", "change", "before", "after"),
    "risks": ("direction", "change", "kind", "risk"),
    "not_replayed": ("direction", "reason"),
}
_WORDED = ("direction", "change", "reason")


def _print_sides(session: Session, report: dict[str, Any]) -> None:
    before, after = report["baseline"], report["candidate"]
    policies = ", ".join(before["policies"])
    session.say("replay.baseline", policy=policies or "–", lexicon=before["lexicon"][:12])
    session.say("replay.candidate", policy=after["policy"] or policies or "–", lexicon=after["lexicon"][:12])


def _rows(counts: Any, *names: str) -> list[dict[str, Any]]:
    return [{**dict(zip(names, key, strict=True)), "count": count} for key, count in sorted(counts.items())]


def _cells(session: Session, row: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    cells = [session.word(f"replay.{name}.{row[name]}") if name in _WORDED else row[name] or "-" for name in names]
    return [*cells, str(row["count"])]


def _example(session: Session, one: dict[str, Any]) -> list[str]:
    change = session.word(f"replay.change.{one['change']}")
    direction = session.word(f"replay.direction.{one['direction']}")
    causes = ", ".join(f"{cause['kind']} {cause['risk'] or '-'} {cause['term_id']}" for cause in one["causes"])
    lines = [f"{one['id']}  {direction}  {change}  {one['before']} → {one['after']}  {causes}"]
    return [*lines, f"    {one['excerpt']}"] if "excerpt" in one else lines
