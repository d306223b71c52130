"""`hegui law deadlines` and `hegui law figures`: clocks, events and dated figures."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.faces.cli.law.desk import as_json, as_of, assessed, library, read_day, today
from hegui.faces.cli.render import print_json, print_lines, print_table
from hegui.faces.cli.session import BEIJING, Session, pass_session

if TYPE_CHECKING:
    from hegui.law.deadline_data import Deadline
    from hegui.law.event_clocks import EventClocks
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
    from hegui.law.event_clocks import event_clocks
    from hegui.law.instants import day_of

    if event is None:
        _events(session, as_json)
        return
    when = at or datetime.now(BEIJING)
    times = library().times
    times.known_event(event)
    assessment = assessed(profile, day_of(when)) if profile is not None else None
    found = event_clocks(times, event, when, assessment)
    if as_json:
        print_json(_plain(event, found))
    else:
        _print(session, event, found)


def _plain(event: str, found: EventClocks) -> dict[str, Any]:
    from hegui.law.deadline_dict import as_dict

    rows = [
        {
            **as_dict(one.answer),
            "applies": one.outcome,
            "depends_on": {"missing": list(one.missing), "unclear": list(one.unclear)},
        }
        for one in found.clocks
    ]
    taken = found.taken
    stated = taken.stated.value if taken is not None and taken.stated is not None else None
    return {
        "law_digest": library().book.digest,
        "event": event,
        "taken_as_true": None if taken is None else {"fact": taken.fact.name, "stated": stated},
        "deadlines": rows,
        "not_of_this_service": [one.id for one in found.left_out],
    }


def _print(session: Session, event: str, found: EventClocks) -> None:
    from hegui.law.deadline_text import explain
    from hegui.law.memo.words import joined, labels

    if found.taken is not None:
        stated = "unstated" if found.taken.stated is None else "stated"
        label = found.taken.fact.label.text(session.lang)
        session.say(f"law.deadlines.taken_{stated}", label=label, name=found.taken.fact.name)
        click.echo("")
    for one in found.clocks:
        print_lines(explain(one.answer, session.lang))
        if one.outcome is not None:
            session.say("law.explain.outcome", outcome=session.word(f"law.outcome.{one.outcome}"))
        if one.missing:
            session.say("law.check.missing", facts=labels(library().book, one.missing, session.lang, named=True))
        if one.unclear:
            session.say("law.check.turns_on", questions=joined(one.unclear, session.lang))
        click.echo("")
    title = library().times.events[event].title.text(session.lang)
    if not found.clocks:
        session.say("law.deadlines.none", event=title)
    if found.left_out:
        ids = joined((one.id for one in found.left_out), session.lang)
        session.say("law.deadlines.left_out", count=len(found.left_out), deadlines=ids)


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
