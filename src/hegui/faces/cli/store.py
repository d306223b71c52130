"""`hegui store`: how the database stands, and its migrations."""

from __future__ import annotations

from typing import Any

import click

from hegui.faces.cli.render import print_json, print_pairs
from hegui.faces.cli.session import Session, pass_session

__all__ = ["store"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def store() -> None:
    """The database: its state and its migrations (数据库)."""


@store.command()
@as_json
@pass_session
def status(session: Session, as_json: bool) -> None:
    """Show revision, what is pending, and sizes (状态)."""
    with session.keeper() as keeper:
        found = keeper.status()
    if as_json:
        print_json(found)
        return
    none = session.word("word.none")
    values = {
        "database": f"{found.kind} {found.version}",
        "where": found.where,
        "revision": found.revision or none,
        "newest": found.newest,
        "pending": ", ".join(f"{one.id} {one.phase} ({one.about})" for one in found.pending) or none,
        "size": session.word("store.value.bytes", number=f"{found.size_bytes:,}"),
        "exchanges": none if found.exchanges is None else f"{found.exchanges:,}",
        "findings": none if found.findings is None else f"{found.findings:,}",
    }
    print_pairs((session.word(f"store.field.{name}"), value) for name, value in values.items())


@store.command()
@click.option(
    "--phase",
    type=click.Choice(["before", "after", "all"]),
    default="all",
    show_default=True,
    help="before: before the new program starts; after: when the old one has stopped everywhere (阶段).",
)
@as_json
@pass_session
def migrate(session: Session, phase: Any, as_json: bool) -> None:
    """Bring the schema up to date (迁移)."""
    with session.keeper() as keeper:
        done = keeper.migrate(phase)
        now = keeper.status()
    if as_json:
        print_json({"done": done, "revision": now.revision, "pending": now.pending})
        return
    for one in done:
        session.say("store.done", id=one.id, phase=one.phase, about=one.about)
    if not done:
        session.say("store.nothing_done")
    session.say("store.at", revision=now.revision or session.word("word.none"), pending=len(now.pending))
