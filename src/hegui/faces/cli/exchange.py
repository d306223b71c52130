"""`hegui exchange`: the evidence of what was asked, decided and delivered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hegui.faces.cli.exchange_content import show_content
from hegui.faces.cli.exchange_export import run_export
from hegui.faces.cli.render import print_json, print_json_line, print_pairs, print_table
from hegui.faces.cli.session import BEIJING, Session, pass_session, shown_instant
from hegui.faces.cli.set_aside import set_aside
from hegui.usecases.applications import list_applications
from hegui.usecases.exchanges import list_exchanges, show_exchange
from hegui.usecases.ports import Exchange, ExchangeFilter, TokenUsage

__all__ = ["exchange"]


def read_instant(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A date or an instant in ISO 8601; without an offset it is Beijing time, a date is its midnight."""
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        problem = f"{value!r} is not an instant. Write 2026-01-31, or 2026-01-31T09:30:00+08:00."
        raise click.BadParameter(problem, ctx, param) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=BEIJING)


@click.group()
def exchange() -> None:
    """Requests and answers, as recorded (交互记录)."""


exchange.add_command(show_content)
exchange.add_command(set_aside)


@exchange.command("list")
@click.option("--application", metavar="NAME", help="Only of this application (应用).")
@click.option("--user", metavar="PSEUDONYM", help="Only of this end user, as u-… (用户).")
@click.option("--decision", metavar="WORD", help="allow, flag, redact, mask, safe_reply, refuse, stop or help (处置).")
@click.option("--outcome", metavar="WORD", help="completed, blocked_prompt, client_left, … (结果).")
@click.option("--needs-review", is_flag=True, default=None, help="Only what a human should look at (待复核).")
@click.option(
    "--since",
    callback=read_instant,
    metavar="INSTANT",
    help="From this instant on; Beijing time unless it says otherwise.",
)
@click.option("--until", callback=read_instant, metavar="INSTANT", help="Before this instant.")
@click.option("--limit", type=int, default=50, show_default=True, metavar="N", help="At most so many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one exchange a line.")
@pass_session
def list_(session: Session, /, as_json: bool, **wanted: Any) -> None:
    """List exchanges, newest first (列出交互记录)."""
    with session.system() as system:
        found = list_exchanges(system.exchanges, system.applications, ExchangeFilter(**wanted))
        if as_json:
            for one in found:
                print_json_line(one)
            return
        names = {one.id: one.name for one in list_applications(system.applications)}
        rows = [_row(one, names) for one in found]
    if not rows:
        session.say("exchange.none")
        return
    columns = ("id", "started", "application", "user", "model", "decision", "outcome", "status", "findings")
    print_table([session.word(f"exchange.column.{column}") for column in columns], rows)


def _row(one: Exchange, names: Mapping[str, str]) -> tuple[str, ...]:
    return (
        one.id,
        shown_instant(one.started_at),
        names.get(one.application_id, one.application_id),
        one.user or "-",
        one.model,
        one.decision,
        one.outcome,
        str(one.status),
        str(len(one.findings)),
    )


@exchange.command("export")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write (输出文件).")
@click.option("--format", "form", type=click.Choice(["jsonl", "parquet"]), default="jsonl", show_default=True)
@click.option("--application", metavar="NAME", help="Only of this application (应用).")
@click.option("--user", metavar="PSEUDONYM", help="Only of this end user, as u-… (用户).")
@click.option("--decision", metavar="WORD", help="allow, flag, redact, mask, safe_reply, refuse, stop or help (处置).")
@click.option("--outcome", metavar="WORD", help="completed, blocked_prompt, client_left, … (结果).")
@click.option(
    "--from",
    "since",
    callback=read_instant,
    metavar="INSTANT",
    help="From this instant on; Beijing time unless it says otherwise.",
)
@click.option("--to", "until", callback=read_instant, metavar="INSTANT", help="Before this instant.")
@click.option("--proofs/--no-proofs", default=True, show_default=True, help="With entry and proof of each (附证明).")
@click.option("--resume", is_flag=True, help="Go on with an export that was interrupted (续传).")
@click.option("--force", is_flag=True, help="Overwrite the file (覆盖).")
@pass_session
def export(session: Session, /, out: Path, form: str, proofs: bool, resume: bool, force: bool, **wanted: Any) -> None:
    """Export exchanges with their proofs, oldest first (导出交互记录).

    Each line holds the record, its salt, the entry of the ledger and a .tlog-proof file: see docs/evidence.md.
    """
    run_export(session, out, ExchangeFilter(**wanted), form=form, with_proofs=proofs, resume=resume, force=force)


@exchange.command("show")
@click.argument("exchange_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def show(session: Session, /, exchange_id: str, as_json: bool) -> None:
    """Show one exchange and its findings (查看一次交互)."""
    with session.system() as system:
        found = show_exchange(system.exchanges, exchange_id)
        names = {one.id: one.name for one in list_applications(system.applications)}
    if as_json:
        print_json(found)
        return
    print_pairs(_pairs(session, found, names))
    click.echo()
    if not found.findings:
        session.say("exchange.no_findings")
        return
    columns = ("direction", "path", "span", "term_id", "risk", "severity", "grade", "action")
    head = [session.word(f"finding.column.{column}") for column in columns]
    spans = {"span": lambda one: f"{one.start}–{one.end}"}
    rows = [
        [spans[column](one) if column in spans else getattr(one, column) for column in columns]
        for one in found.findings
    ]
    print_table(head, rows)


def _pairs(session: Session, found: Exchange, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every attribute in the order of `Exchange`, named and worded in the language of the session."""
    for attribute in Exchange.__dataclass_fields__:
        if attribute == "application_id":
            yield session.word("exchange.field.application"), names.get(found.application_id, found.application_id)
        elif attribute != "findings":
            yield session.word(f"exchange.field.{attribute}"), _worded(session, getattr(found, attribute))


def _worded(session: Session, value: object) -> str:
    match value:
        case None:
            return session.word("word.none")
        case bool():
            return session.word("word.yes" if value else "word.no")
        case datetime():
            return shown_instant(value)
        case TokenUsage():
            return f"{value.prompt}, {value.completion}, {value.total}"
        case _:
            return str(value)
