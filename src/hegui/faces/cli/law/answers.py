"""`hegui law check`, `explain`, `ask`: the answers to a profile."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from hegui.faces.cli.law.desk import as_json, assessed, book_of, dated, profile_argument, today
from hegui.faces.cli.render import print_json, print_lines
from hegui.faces.cli.session import Session, pass_session

__all__ = ["ask", "check", "explain"]


@click.command()
@profile_argument
@dated
@click.option("--all", "everything", is_flag=True, help="What does not apply and foreign law too (全部列出).")
@as_json
@pass_session
def check(
    session: Session,
    profile: Path,
    as_of: date | None,
    known_on: date | None,
    draft: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Which provisions apply to the service in PROFILE (适用性判断)."""
    from hegui.law.memo.check import check_lines
    from hegui.law.plain import plain_assessment

    found = assessed(profile, as_of, known_on, draft)
    if as_json:
        print_json(plain_assessment(found))
    else:
        print_lines(check_lines(found, session.lang, everything=everything))


@click.command()
@click.argument("provision", metavar="ID")
@click.argument("profile", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@dated
@as_json
@pass_session
def explain(
    session: Session,
    provision: str,
    profile: Path | None,
    as_of: date | None,
    known_on: date | None,
    draft: bool,
    as_json: bool,
) -> None:
    """Why the provision ID applies to the service in PROFILE, or not, or cannot be told (说明理由)."""
    from hegui.law.assessment import assess
    from hegui.law.explanation import explain as tree_of
    from hegui.law.lookup import provision_meant
    from hegui.law.memo.explain import explain_lines
    from hegui.law.plain import plain_answer, plain_reason
    from hegui.law.profile import Profile

    book = book_of()
    identifier = provision_meant(book, provision).id
    if profile is None:
        found = assess(book, Profile(), as_of=as_of or today(), known_on=known_on, draft=draft)
    else:
        found = assessed(profile, as_of, known_on, draft)
    answer = found.answers[identifier]
    if as_json:
        reason = plain_reason(tree_of(found, answer))
        print_json({**plain_answer(answer), "reason": reason, "as_of": found.as_of, "law_digest": book.digest})
    else:
        print_lines(explain_lines(found, answer, session.lang))


@click.command()
@profile_argument
@dated
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="At most so many.")
@click.option("--events", is_flag=True, help="What has happened, too, not only what the service is (发生的事件).")
@as_json
@pass_session
def ask(
    session: Session,
    profile: Path,
    as_of: date | None,
    known_on: date | None,
    draft: bool,
    limit: int,
    events: bool,
    as_json: bool,
) -> None:
    """What to find out next about the service in PROFILE, what decides most first (下一步查明)."""
    from hegui.law.memo.ask import ask_lines
    from hegui.law.plain import plain_leftover, plain_question
    from hegui.law.questions import leftover, questions

    found = assessed(profile, as_of, known_on, draft)
    asked, left = questions(found, events=events), leftover(found, events=events)
    if as_json:
        rows = [plain_question(one) for one in asked[:limit]]
        more = {"total": len(asked), "complete": not asked, **plain_leftover(left)}
        print_json({"law_digest": found.book.digest, "questions": rows, **more})
    else:
        print_lines(ask_lines(found, asked, left, session.lang, limit=limit))
