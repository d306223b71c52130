"""Which clocks an event starts for a service, and whether they are the service's (事件引起的期限).

Knows that whoever asks about an event says that it has happened: the fact of the event is taken as true, whatever the profile
says of it, and the answer says so. A clock runs when one of the provisions in which it stands applies; where that is unclear,
the facts and questions of law that it depends on come with it. Reckons through deadlines.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from hegui.law import deadlines
from hegui.law.assessment import Assessment, Outcome, answer_all
from hegui.law.deadline_data import Deadline
from hegui.law.deadlines import reckon
from hegui.law.facts import FactDefinition
from hegui.law.profile import Stated
from hegui.law.time_book import TimeBook

__all__ = ["Clock", "EventClocks", "Taken", "event_clocks"]

_ORDER: tuple[Outcome, ...] = ("applies", "unclear")


@dataclass(frozen=True)
class Taken:
    """A fact taken as true for this question; `stated` is what the profile says of it, if it says anything."""

    fact: FactDefinition
    stated: Stated | None


@dataclass(frozen=True)
class Clock:
    """A clock that the event starts. outcome: whether it is the service's, None where nobody can say or none was asked about.

    missing, unclear: what that depends on.
    """

    answer: deadlines.Answer
    outcome: Outcome | None = None
    missing: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True)
class EventClocks:
    """What follows from an event. left_out: clocks that are not the service's."""

    taken: Taken | None
    clocks: tuple[Clock, ...]
    left_out: tuple[Deadline, ...] = ()


def event_clocks(times: TimeBook, event: str, at: date | datetime, assessment: Assessment | None) -> EventClocks:
    """The clocks of the event, for the service assessed on its day, if any.

    Raises:
        NotFoundError: LAW046, there is no such event.
        InputError: what `reckon` raises.
    """
    started = tuple(times.started_by(event))
    if assessment is None:
        return EventClocks(None, tuple(Clock(_reckoned(times, one, at)) for one in started))
    taken = _taken(times, event, assessment)
    if taken is not None:
        assessment = _happened(assessment, taken.fact.name)
    clocks, left_out = [], []
    for one in started:
        found = _clock(times, one, at, assessment)
        if found is None:
            left_out.append(one)
        else:
            clocks.append(found)
    return EventClocks(taken, tuple(clocks), tuple(left_out))


def _taken(times: TimeBook, event: str, assessment: Assessment) -> Taken | None:
    name = times.events[event].fact
    fact = assessment.book.facts.get(name or "")
    if fact is None or fact.kind != "bool":
        return None
    stated = assessment.profile.stated.get(fact.name)
    return None if stated is not None and stated.value is True else Taken(fact, stated)


def _happened(assessment: Assessment, fact: str) -> Assessment:
    """The same question with the fact true; what else is stated was checked, and is older than the event."""
    conditions = assessment.conditions.stating(fact, True)
    return answer_all(
        assessment.book,
        conditions,
        as_of=assessment.as_of,
        known_on=assessment.known_on,
        draft=assessment.draft,
    )


def _clock(times: TimeBook, deadline: Deadline, at: date | datetime, assessment: Assessment) -> Clock | None:
    """The clock; None where none of its provisions applies."""
    answers = [assessment.answers[one] for one in deadline.provisions if one in assessment.answers]
    outcome = next((one for one in _ORDER for answer in answers if answer.outcome == one), None)
    if answers and outcome is None:
        return None
    reckoned = _reckoned(times, deadline, at)
    if outcome != "unclear":
        return Clock(reckoned, outcome)
    waiting = [answer for answer in answers if answer.outcome == "unclear"]
    return Clock(
        reckoned,
        outcome,
        tuple(_each(name for answer in waiting for name in answer.missing)),
        tuple(_each(name for answer in waiting for name in answer.unclear)),
    )


def _reckoned(times: TimeBook, deadline: Deadline, at: date | datetime) -> deadlines.Answer:
    return reckon(deadline, at, times.calendar, times.counting)


def _each(names: Iterator[str]) -> dict[str, None]:
    """Each name once, in order."""
    return dict.fromkeys(names)
