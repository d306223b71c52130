"""`hegui exchange set-aside`: records that could not be written to the database, and wait for a person."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from hegui.faces.cli.render import print_json, print_json_line, print_pairs, print_table
from hegui.faces.cli.session import Session, pass_session, shown_instant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hegui.usecases.set_aside import Discarded

__all__ = ["set_aside"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("set-aside")
def set_aside() -> None:
    """Records of this machine that the database refused, REC003 (搁置的记录)."""


@set_aside.command("list")
@click.option("--discarded", is_flag=True, help="Those that were given up, on any machine (已放弃的).")
@as_json
@pass_session
def list_(session: Session, discarded: bool, as_json: bool) -> None:
    """List them (列出)."""
    with session.system() as system:
        if discarded:
            _list_discarded(session, system.set_aside.discarded(), as_json)
            return
        found, broken = system.set_aside.list()
    for one in found if as_json else ():
        print_json_line(one)
    for name in broken:
        click.echo(session.word("set_aside.broken", spool=name), err=True)
    if as_json:
        return
    if not found:
        session.say("set_aside.none")
        return
    rows = [(one.id, one.exchange_id or "-", _shown(one.finished_at), f"{one.size:,}", one.problem) for one in found]
    print_table(_head(session, "id", "exchange", "finished", "size", "problem"), rows)
    session.say("set_aside.what_next")


def _list_discarded(session: Session, found: Sequence[Discarded], as_json: bool) -> None:
    for one in found if as_json else ():
        print_json_line({**asdict(one), "salt": one.salt.hex() if one.salt else None})
    if as_json:
        return
    if not found:
        session.say("set_aside.none")
        return
    rows = [(one.id, one.exchange_id or "-", _shown(one.discarded_at), str(one.index), one.reason) for one in found]
    print_table(_head(session, "id", "exchange", "discarded", "index", "reason"), rows)


@set_aside.command()
@click.argument("record_id", metavar="ID")
@as_json
@pass_session
def show(session: Session, record_id: str, as_json: bool) -> None:
    """Show one, without its content (查看)."""
    with session.system() as system:
        found = system.set_aside.find(record_id)
    if as_json:
        print_json(found)
        return
    values = {
        "id": found.id,
        "problem": found.problem,
        "exchange": found.exchange_id or "-",
        "application": found.application_id or "-",
        "finished": _shown(found.finished_at),
        "has_content": session.word("word.yes" if found.has_content else "word.no"),
        "size": f"{found.size:,}",
        "sha256": found.sha256,
    }
    print_pairs((session.word(f"set_aside.column.{name}"), value) for name, value in values.items())


@set_aside.command()
@click.argument("record_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="All of this machine (全部).")
@as_json
@pass_session
@click.pass_context
def retry(ctx: click.Context, session: Session, /, record_ids: tuple[str, ...], is_all: bool, as_json: bool) -> None:
    """Hand them to the database again (重试). Exit status 1 when one is refused again."""
    from hegui.usecases.set_aside import retry_records

    if is_all == bool(record_ids):
        raise click.UsageError("Name the records, or --all.")
    with session.system() as system:
        done = retry_records(system.set_aside, record_ids)
    if as_json:
        print_json([{"id": record_id, "problem": problem} for record_id, problem in done])
    for record_id, problem in () if as_json else done:
        if problem is None:
            session.say("set_aside.taken_over", id=record_id)
        else:
            session.say("set_aside.refused_again", id=record_id, problem=problem)
    if any(problem is not None for _, problem in done):
        ctx.exit(1)


@set_aside.command()
@click.argument("record_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why it may go; the ledger binds it (理由).")
@click.option("--yes", is_flag=True, help="Do not ask (不再确认).")
@as_json
@pass_session
def discard(session: Session, record_id: str, reason: str, yes: bool, as_json: bool) -> None:
    """Give one up for good, with a reason that enters the ledger (放弃)."""
    from hegui.usecases.set_aside import discard_record

    if not yes:
        click.confirm(session.word("set_aside.confirm", id=record_id), abort=True)
    with session.system() as system:
        done = discard_record(system.set_aside, record_id, reason, at=system.clock(), random=os.urandom)
    if as_json:
        print_json({name: value for name, value in asdict(done).items() if name not in ("index", "salt")})
        return
    session.say("set_aside.discarded", id=done.id)


def _head(session: Session, *columns: str) -> list[str]:
    return [session.word(f"set_aside.column.{column}") for column in columns]


def _shown(instant: datetime | None) -> str:
    return "-" if instant is None else shown_instant(instant)
