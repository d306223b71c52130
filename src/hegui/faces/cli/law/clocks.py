"""`hegui law deadlines` and `hegui law figures`: clocks, events and dated figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hegui.faces.cli.law.desk import as_json, as_of, library, load_profile, read_day, today
from hegui.faces.cli.render import print_json, print_lines, print_table
from hegui.faces.cli.session import BEIJING, Session, pass_session

if TYPE_CHECKING:
    from hegui.law.assessment import Assessment
    from hegui.law.deadline_data import Deadline
    from hegui.law.deadlines import Answer
    from hegui.law.parameters import NoValue, Value

__all__ = ["deadlines", "figures"]


def read_event_time(ctx: click.Context, param: click.Parameter, value: str | None) -> date | datetime | None:
    """A civil day, where the hour is not known, or an instant; without an offset it is Beijing time."""
    day = read_day(ctx, param, value and value.partition("T")[0])
    if value is None or "T" not in value:
        return day
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        problem = f"{value!r} is no instant. Write 2026-01-31T09:30, or 2026-01-31 where the hour is not known."
        raise click.BadParameter(problem, ctx, param) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=BEIJING)


@click.command()
@click.argument("profile", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--event", metavar="EVENT", help="What happened; without it the events are listed (事件).")
@click.option(
    "--at",
    callback=read_event_time,
    metavar="WHEN",
    help="When: 2026-01-31T09:30, Beijing time unless it says otherwise, or a day; now without it (发生时间).",
)
@as_json
@pass_session
def deadlines(
    session: Session, profile: Path | None, event: str | None, at: date | datetime | None, as_json: bool
) -> None:
    """When what follows from an EVENT is due; with PROFILE only what may apply to the service (期限计算)."""
    from hegui.law.deadline_dict import as_dict
    from hegui.law.deadline_text import explain

    if event is None:
        _events(session, as_json)
        return
    found = list(_answers(profile, event, at or datetime.now(BEIJING)))
    if as_json:
        rows = [{**as_dict(answer), "applies": outcome} for answer, outcome in found]
        print_json({"law_digest": library().book.digest, "deadlines": rows})
        return
    if not found:
        session.say("law.deadlines.none" if profile is None else "law.deadlines.none_for_service", event=event)
    for answer, outcome in found:
        print_lines(explain(answer, session.lang))
        if outcome is not None:
            session.say("law.explain.outcome", outcome=session.word(f"law.outcome.{outcome}"))
        click.echo("")


def _answers(profile: Path | None, event: str, at: date | datetime) -> Iterator[tuple[Answer, str | None]]:
    from hegui.law.deadlines import reckon
    from hegui.law.instants import day_of

    times = library().times
    started = times.started_by(event)
    assessment = None if profile is None else _on_the_day(profile, event, day_of(at))
    for deadline in started:
        outcome = None
        if assessment is not None:
            outcome = _best(
                {assessment.answers[one].outcome for one in deadline.provisions if one in assessment.answers}
            )
            if outcome in ("does_not_apply", "not_in_force"):
                continue
        yield reckon(deadline, at, times.calendar, times.counting), outcome


def _on_the_day(file: Path, event: str, day: date) -> Assessment:
    """The service in the file on the day of the event. Raises as `assess` does."""
    from hegui.law.assessment import assess

    book, fact = library().book, library().times.events[event].fact
    profile = load_profile(book, file)
    return assess(book, profile if fact is None else profile.with_event(fact, f"--event {event}"), as_of=day)


def _best(outcomes: set[str]) -> str | None:
    """A clock runs when one of the provisions it stands in applies."""
    return next((one for one in ("applies", "unclear", "does_not_apply", "not_in_force") if one in outcomes), None)


def _events(session: Session, as_json: bool) -> None:
    times = library().times
    clocks: dict[str, list[Deadline]] = {name: list(times.started_by(name)) for name in times.events}
    if as_json:
        print_json(
            [
                {
                    "event": one.id,
                    "zh": one.title.zh,
                    "en": one.title.en,
                    "fact": one.fact,
                    "clocks": [c.id for c in clocks[one.id]],
                }
                for one in times.events.values()
            ]
        )
        return
    head = [session.word(f"law.column.{name}") for name in ("event", "title", "clocks")]
    rows = [
        (one.id, one.title.text(session.lang), ", ".join(clock.id for clock in clocks[one.id]) or "–")
        for one in times.events.values()
    ]
    print_table(head, rows)


@click.command()
@click.argument("identifier", metavar="[ID]", required=False)
@as_of
@as_json
@pass_session
def figures(session: Session, identifier: str | None, as_of: date | None, as_json: bool) -> None:
    """The figures the law and its standards set, on a day, with source and confidence (参数与阈值)."""
    from hegui.law.parameters import parameter
    from hegui.law.plain import plain_figure

    parameters = library().times.parameters
    names = [identifier] if identifier is not None else list(parameters)
    found = [(name, parameter(parameters, name, as_of or today())) for name in names]
    if as_json:
        print_json([plain_figure(parameters[name], value) for name, value in found])
        return
    head = [session.word(f"law.column.{name}") for name in ("id", "title", "value", "source", "confidence")]
    print_table(head, [_figure_row(session, name, value) for name, value in found])


def _figure_row(session: Session, name: str, found: Value | NoValue) -> tuple[str, ...]:
    from hegui.law.figure_text import figure_text
    from hegui.law.parameters import NoValue

    parameter = library().times.parameters[name]
    title = parameter.title.text(session.lang)
    if isinstance(found, NoValue):
        return name, title, session.word(f"law.figure.{found.reason.value}"), "", ""
    value = figure_text(found.value, parameter.unit, parameter.sense, session.lang)
    confidence = session.word(f"law.confidence.{found.provenance.confidence}")
    return name, title, value, found.provenance.source_text(session.lang), confidence
