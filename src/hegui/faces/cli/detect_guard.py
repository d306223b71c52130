"""`hegui detect guard`: ask one guard of a file about a text, and see its verdict or why there is none."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.errors import FileFaults
from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.detect.guard.question import Turn
    from hegui.detect.guard.settings import Guard

__all__ = ["ask_guard"]


@click.command("guard")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, metavar="NAME", help="Which guard of the file (名称).")
@click.argument("text")
@click.option(
    "--answers", metavar="PROMPT", help="TEXT is an answer to this prompt; without it TEXT is a prompt (答复)."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
@pass_session
def ask_guard(
    session: Session, context: click.Context, file: Path, name: str, text: str, answers: str | None, as_json: bool
) -> None:
    """Ask a guard of FILE about TEXT; exit status 1 where a window has no verdict (询问守护模型)."""
    from hegui.detect.guard.files import guard_named

    guard = guard_named(_guards(file), name, str(file))
    rows = asyncio.run(_ask(guard, text, answers, session.lang))
    if as_json:
        print_json({"guard": guard.name, "kind": guard.kind, "model": guard.model, "windows": rows})
    elif not rows:
        session.say("guard.nothing")
    else:
        names = ("place", "label", "risk", "severity", "score", "without")
        head = [session.word(f"guard.column.{one}") for one in names]
        print_table(head, [cells for row in rows for cells in _cells(session, row)])
    if any(row["without_verdict"] for row in rows):
        context.exit(1)


def _guards(file: Path) -> tuple[Guard, ...]:
    from hegui.detect.guard.files import MOST_BYTES, read_guards

    remedy = "Mend the file; docs/guards.md lists every member of a guard."
    try:
        with file.open("rb") as opened:
            text = opened.read(MOST_BYTES + 1).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileFaults(
            "GRD005", str(file), [("line 1", f"cannot be read: {type(error).__name__}")], remedy
        ) from error
    return read_guards(text, str(file))


async def _ask(guard: Guard, text: str, answers: str | None, lang: str) -> list[dict[str, Any]]:
    """A row for each window of the text that is not blank."""
    from hegui.detect.guard.question import Turn
    from hegui.detect.guard.windows import windows_of
    from hegui.faces.gateway.guards import GuardClient
    from hegui.faces.gateway.upstream import UpstreamPool

    pool = UpstreamPool()
    client = GuardClient(guard, pool, os.environ)
    try:
        return await asyncio.gather(
            *[
                _row(client, _turns(Turn, window.before + window.text, answers), window, answers is not None, lang)
                for window in windows_of(text, guard.windows_in("prompt" if answers is None else "answer"))
                if not window.is_blank
            ]
        )
    finally:
        client.close()
        await pool.close()


def _turns(turn: type[Turn], text: str, answers: str | None) -> tuple[Turn, ...]:
    return (turn("user", text),) if answers is None else (turn("user", answers), turn("assistant", text))


async def _row(client: Any, turns: tuple[Turn, ...], window: Any, is_answer: bool, lang: str) -> dict[str, Any]:
    from hegui.detect.guard.faults import GuardFault
    from hegui.locale.errors import error_text

    direction = "answer" if is_answer else "prompt"
    row: dict[str, Any] = {"start": window.start, "end": window.end, "findings": [], "without_verdict": None}
    try:
        verdict = await client.ask(turns, direction)
    except GuardFault as error:
        shown = error_text(error, lang)
        follows = getattr(client.guard.without_verdict, direction)[error.kind]
        found = {"kind": error.kind, "code": error.code, "problem": shown.problem, "remedy": shown.remedy}
        row["without_verdict"] = {**found, "action": follows}
        return row
    row["findings"] = [
        {
            "label": found.label.name,
            "written": found.label.written,
            "risks": list(found.label.risks),
            "severity": found.severity,
            "score": found.score,
            "danger": found.label.danger and not is_answer,
        }
        for found in verdict.findings
    ]
    return row


def _cells(session: Session, row: dict[str, Any]) -> list[list[str]]:
    place, without = f"{row['start']}-{row['end']}", row["without_verdict"]
    if without:
        kind, action = session.word(f"guard.kind.{without['kind']}"), session.word(f"guard.action.{without['action']}")
        return [[place, "", "", "", "", f"{kind} ({without['code']}): {without['problem']} {action}"]]
    if not row["findings"]:
        return [[place, session.word("guard.clean"), "", "", "", ""]]
    return [
        [
            place,
            found["label"],
            ", ".join(found["risks"][:1]),
            found["severity"],
            "" if found["score"] is None else f"{found['score']:.3f}",
            session.word("guard.danger") if found["danger"] else "",
        ]
        for found in row["findings"]
    ]
