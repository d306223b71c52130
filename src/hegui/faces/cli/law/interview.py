"""`hegui law interview`: describe a service in answers, one question at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hegui.errors import HeguiError
from hegui.faces.cli.law.desk import book_of, dated, load_profile, today
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.law.interview import Interview
    from hegui.law.questions import Question

__all__ = ["interview"]


@click.command()
@click.argument("profile", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--service", metavar="NAME", help="Name of the service, for a new profile (服务名称).")
@dated
@pass_session
def interview(
    session: Session, profile: Path, service: str | None, as_of: date | None, known_on: date | None, draft: bool
) -> None:
    """Fill PROFILE by answering questions, only those that still matter; goes on where it stopped (问答建档)."""
    from hegui.law.interview import Interview
    from hegui.law.profile import Profile

    book = book_of()
    begun = load_profile(book, profile) if profile.exists() else Profile(service=service or "")
    _converse(Interview(book, begun, as_of or today(), draft), session, profile)


def _converse(state: Interview, session: Session, file: Path) -> None:
    session.say("law.interview.intro", file=file)
    while left := state.questions():
        _put(session, left[0], len(left))
        try:
            typed = click.prompt(_prompt(session, left[0]), prompt_suffix=" > ", default="", show_default=False)
        except (click.Abort, EOFError):
            typed = "q"
        if typed.strip().lower() == "q":
            session.say("law.interview.saved", file=file)
            return
        after = _step(state, session, left[0], typed.strip())
        if after is not state:
            _save(after, file)
        state = after
    _save(state, file)
    session.say("law.interview.done", file=file)


def _step(state: Interview, session: Session, question: Question, typed: str) -> Interview:
    """The interview after what was typed; as it was when that was no answer."""
    from hegui.law.interview import read_answer

    match typed.lower():
        case "?" | "？" | "":
            click.echo("    " + question.fact.help.text(session.lang))
            session.say("law.interview.bears_on", bears_on=question.bears_on)
            return state
        case "b":
            if not state.asked:
                session.say("law.interview.first")
            return state.back()
        case "u":
            return state.left_open(question.fact.name)
    try:
        value = read_answer(question.fact, typed)
    except HeguiError as error:
        session.say("law.interview.bad", problem=error.problem)
        return state
    return _unless_contradicted(session, lambda: state.answered(question.fact.name, value), state)


def _unless_contradicted(session: Session, step: Callable[[], Interview], state: Interview) -> Interview:
    try:
        return step()
    except HeguiError as error:
        session.say("law.interview.contradiction", problem=error.problem)
        return state


def _put(session: Session, question: Question, left: int) -> None:
    click.echo("")
    session.say("law.interview.question", left=left, question=question.fact.question.text(session.lang))


def _prompt(session: Session, question: Question) -> str:
    fact = question.fact
    unit = fact.unit.text(session.lang) if fact.unit else ""
    levels = " / ".join(f"{level.id} {level.words.text(session.lang)}" for level in fact.levels)
    return session.word(f"law.interview.prompt_{fact.kind}", unit=unit, levels=levels)


def _save(state: Interview, file: Path) -> None:
    """The profile replaces the file whole, so that a crash leaves the one before or the one after."""
    from hegui.law.profile_file import write_profile

    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(write_profile(state.profile), encoding="utf-8")
    fresh.replace(file)
