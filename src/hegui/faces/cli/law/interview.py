"""`hegui law interview`: describe a service in answers, one question at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import click

from hegui.errors import HeguiError, InputError
from hegui.faces.cli.law.desk import book_of, dated, load_profile, today, unwritable
from hegui.faces.cli.session import Session, pass_session
from hegui.locale.errors import error_text

if TYPE_CHECKING:
    from hegui.law.interview import Interview
    from hegui.law.profile import Profile
    from hegui.law.questions import Question

__all__ = ["interview"]


STOP = ("q", "quit", "退出")
UNKNOWN = ("u", "不知道", "不清楚", "不明", "不明确")


@click.command()
@click.argument("profile", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--service", metavar="NAME", help="Name of the service, for a profile that has none (服务名称).")
@click.option("--events", is_flag=True, help="Ask what has happened, too, not only what the service is (发生的事件).")
@dated
@pass_session
def interview(
    session: Session,
    profile: Path,
    service: str | None,
    events: bool,
    as_of: date | None,
    known_on: date | None,
    draft: bool,
) -> None:
    """Fill PROFILE by answering questions, only those that still matter; goes on where it stopped (问答建档)."""
    from hegui.law.interview import Interview
    from hegui.law.profile import Profile

    refuse_unwritable(profile)
    book = book_of()
    found = load_profile(book, profile) if profile.exists() else Profile()
    begun = _named(session, found, service)
    if begun is None:
        session.say("law.interview.unchanged")
        return
    state = Interview(book, begun, as_of or today(), draft, events)
    if profile.exists() and begun != found:
        _save(state, profile)
    _converse(state, session, profile)


def _named(session: Session, profile: Profile, service: str | None) -> Profile | None:
    """The profile with the name of its service, asked for where nobody gave one; None when the conversation ends here."""
    if profile.service:
        if service and service != profile.service:
            session.say("law.interview.service_kept", service=profile.service)
        return profile
    name = service if service is not None else _typed(session.word("law.interview.ask_service"))
    return None if name.lower() in STOP else replace(profile, service=name)


def _typed(prompt: str) -> str:
    """What somebody types; the end of the input stops the interview."""
    try:
        typed: str = click.prompt(prompt, prompt_suffix=" > ", default="", show_default=False)
    except (click.Abort, EOFError):
        return STOP[0]
    return typed.strip()


def _converse(state: Interview, session: Session, file: Path) -> None:
    session.say("law.interview.intro", file=file)
    saved = False
    while left := state.questions():
        _put(session, left[0], len(left))
        typed = _typed(_prompt(session, left[0]))
        if typed.lower() in STOP:
            session.say("law.interview.saved" if saved else "law.interview.unchanged", file=file)
            return
        after = _step(state, session, left[0], typed)
        if after is not state:
            _save(after, file)
            saved = True
        state = after
    if not file.exists():
        _save(state, file)
    _end(state, session, file)


def _end(state: Interview, session: Session, file: Path) -> None:
    session.say("law.interview.done", file=file)
    session.say("law.interview.more", file=file)
    if events := state.leftover().events:
        session.say("law.interview.events_left_out", count=len(events), file=file)


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
        case word if word in UNKNOWN:
            return state.left_open(question.fact.name)
    try:
        value = read_answer(question.fact, typed)
    except HeguiError as error:
        problem = error_text(error, session.lang).problem
        session.say(f"law.interview.bad_{question.fact.kind}", problem=problem)
        return state
    return _unless_contradicted(session, lambda: state.answered(question.fact.name, value), state)


def _unless_contradicted(session: Session, step: Callable[[], Interview], state: Interview) -> Interview:
    try:
        return step()
    except HeguiError as error:
        session.say("law.interview.contradiction", problem=error_text(error, session.lang).problem)
        return state


def _put(session: Session, question: Question, left: int) -> None:
    click.echo("")
    session.say("law.interview.question", left=left, question=question.fact.question.text(session.lang))


def _prompt(session: Session, question: Question) -> str:
    fact = question.fact
    unit = fact.unit.text(session.lang) if fact.unit else ""
    levels = " / ".join(f"{level.id} {level.words.text(session.lang)}" for level in fact.levels)
    return session.word(f"law.interview.prompt_{fact.kind}", unit=unit, levels=levels)


def refuse_unwritable(file: Path) -> None:
    """Raises InputError (LAW025) where no file can be written; better said before the first question than after it."""
    if not file.parent.is_dir():
        raise InputError("LAW025", str(file), "its folder does not exist", "Make the folder, or name another file.")
    try:
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}."):
            pass
    except OSError as error:
        raise unwritable(file, error) from None


def _save(state: Interview, file: Path) -> None:
    """The profile replaces the file whole, so that a crash leaves the one before or the one after. Raises LAW025."""
    from hegui.law.profile_file import write_profile

    fresh = file.with_name(f".{file.name}.new")
    try:
        fresh.write_text(write_profile(state.profile), encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        raise unwritable(file, error) from None
