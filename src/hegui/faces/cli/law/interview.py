"""`hegui law interview`: describe a service in answers, one question at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import click

from hegui.errors import HeguiError
from hegui.faces.cli.law.desk import book_of, dated, today, unwritable
from hegui.faces.cli.law.profile_file import ProfileFile
from hegui.faces.cli.session import Session, pass_session
from hegui.locale.errors import error_text

if TYPE_CHECKING:
    from hegui.law.interview import Interview
    from hegui.law.profile import Profile
    from hegui.law.questions import Question

__all__ = ["interview"]


STOP = ("q", "quit", "退出")
UNKNOWN = ("u", "不知道", "不清楚", "不明", "不明确")


def _read_service(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """A name that can be printed."""
    if value is not None and not value.isprintable():
        raise click.BadParameter("it has characters that cannot be shown.", ctx, param)
    return value


@click.command()
@click.argument("profile", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option(
    "--service", callback=_read_service, metavar="NAME", help="Name of the service, for a new profile (服务名称)."
)
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

    if service is not None and profile.exists():
        raise click.UsageError(f"--service names a new profile, and {profile} is there already.")
    refuse_unwritable(profile)
    if service is None and not profile.exists():
        service = _typed(session.word("law.interview.ask_service"))
        if service.lower() in STOP:
            session.say("law.interview.nothing", file=profile)
            return
    file = ProfileFile(book_of(), profile, _printable(service or ""))
    state = Interview(book_of(), file.begun, as_of or today(), known_on, draft, today(), events)
    _converse(state, session, profile, file.save)


def _printable(name: str) -> str:
    return "".join(character for character in name if character.isprintable())


def _typed(prompt: str) -> str:
    """What somebody types; the end of the input stops the interview."""
    try:
        typed: str = click.prompt(prompt, prompt_suffix=" > ", default="", show_default=False)
    except (click.Abort, EOFError):
        return STOP[0]
    return typed.strip()


def _converse(state: Interview, session: Session, file: Path, save: Callable[[Profile], None]) -> None:
    session.say("law.interview.intro", file=file)
    while left := state.questions():
        _put(session, left[0], len(left))
        typed = _typed(_prompt(session, left[0]))
        if typed.lower() in STOP:
            session.say("law.interview.saved" if file.exists() else "law.interview.nothing", file=file)
            return
        after = _step(state, session, left[0], typed)
        if after is not state:
            save(after.profile)
        state = after
    save(state.profile)
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
    """Raises InputError (LAW027) where no file can be written; better said before the first question than after it."""
    try:
        with NamedTemporaryFile(dir=file.resolve().parent, prefix=".hegui-"):
            pass
    except OSError as error:
        raise unwritable(file, error) from None
