"""`hegui law diff`, `changes`, `crosswalk`, `roles`: what is laid beside an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from hegui.faces.cli.law.desk import as_json, as_of, assessed, library, load_profile, profile_argument, read_day
from hegui.faces.cli.render import print_json, print_lines
from hegui.faces.cli.session import Session, pass_session

__all__ = ["changes", "crosswalk", "diff", "roles"]

DRAFT = "D23-IM"
"""The draft of April 2023 beside the Interim Measures."""


@click.command()
@click.argument("profile", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--draft-final",
    "pair",
    flag_value=DRAFT,
    default=DRAFT,
    help="The draft of April 2023 beside the Interim Measures.",
)
@as_json
@pass_session
def diff(session: Session, profile: Path | None, pair: str, as_json: bool) -> None:
    """The draft beside the final text, clause by clause; with PROFILE, what it meant for the service (草案与正式文本)."""
    from hegui.law.draft_comparison import compare_draft
    from hegui.law.memo.draft import draft_lines, draft_table_lines, plain_draft, plain_draft_table

    book = library().book
    table = library().comparisons.drafts[pair.partition("-")[0]]
    if profile is None:
        _show(as_json, lambda: plain_draft_table(book, table), lambda: draft_table_lines(book, table, session.lang))
        return
    found = compare_draft(book, table, load_profile(book, profile))
    _show(as_json, lambda: plain_draft(found), lambda: draft_lines(found, session.lang))


@click.command()
@profile_argument
@click.option(
    "--from", "after", callback=read_day, required=True, metavar="DATE", help="The day to start from (起始日)."
)
@click.option("--to", "upto", callback=read_day, required=True, metavar="DATE", help="The last day (截止日).")
@as_json
@pass_session
def changes(session: Session, profile: Path, after: date, upto: date, as_json: bool) -> None:
    """What changed for the service in PROFILE between two days, and what to watch (规定变化)."""
    from hegui.law.changes import changes_for
    from hegui.law.memo.changes import changes_lines, plain_changes

    book = library().book
    news = library().comparisons.developments
    found = changes_for(book, load_profile(book, profile), after=after, upto=upto, developments=news)
    _show(as_json, lambda: plain_changes(found), lambda: changes_lines(found, session.lang))


@click.command()
@profile_argument
@click.option(
    "--to", "abroad", type=click.Choice(["eu", "uk", "us"], case_sensitive=False), required=True, help="Which (法域)."
)
@as_of
@as_json
@pass_session
def crosswalk(session: Session, profile: Path, abroad: str, as_of: date | None, as_json: bool) -> None:
    """What one control for the service in PROFILE also satisfies abroad, and what is missing (域外对照)."""
    from hegui.law.crosswalk import crosswalk as compare
    from hegui.law.memo.crosswalk import crosswalk_lines, plain_crosswalk

    to: Any = abroad.upper()
    found = compare(assessed(profile, as_of), library().comparisons.crosswalk, to)
    _show(as_json, lambda: plain_crosswalk(found), lambda: crosswalk_lines(found, session.lang))


@click.command()
@click.argument("profile", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--clauses", metavar="ROLE", help="The clauses for a contract with this counterparty (合同条款清单).")
@as_of
@as_json
@pass_session
def roles(session: Session, profile: Path | None, clauses: str | None, as_of: date | None, as_json: bool) -> None:
    """Who bears what along the supply chain; with PROFILE, the roles of the service (供应链角色)."""
    from hegui.law.memo import roles as memo
    from hegui.law.roles import checklist, service_roles

    matrix = library().comparisons.roles
    if profile is None:
        if clauses is not None:
            raise click.UsageError("--clauses is about a service: name its PROFILE.")
        _show(as_json, lambda: memo.plain_matrix(matrix), lambda: memo.matrix_lines(matrix, session.lang))
        return
    found = service_roles(assessed(profile, as_of), matrix)
    if clauses is None:
        _show(as_json, lambda: memo.plain_roles(found), lambda: memo.roles_lines(found, session.lang))
        return
    items = checklist(found, clauses)
    _show(
        as_json,
        lambda: memo.plain_checklist(items),
        lambda: memo.checklist_lines(found, items, clauses, session.lang),
    )


def _show(as_json: bool, plain: Callable[[], Any], lines: Callable[[], Iterable[str]]) -> None:
    """One of the two; JSON names the law it rests on."""
    if as_json:
        print_json({"law_digest": library().book.digest, "found": plain()})
    else:
        print_lines(lines())
