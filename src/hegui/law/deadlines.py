"""When something is due: a clock of the law, the event that started it, the working calendar → an answer that shows its steps.

Knows which version binds, extensions, pauses and readings. Knows no clock: the event is handed in as an instant with its offset,
or as a civil day in Shanghai where the hour is not known. Refuses to guess: where a year has not been announced, the hour is
not known, or the text can be read in several ways, the answer is a range with the reasons. Every end is an instant; a day
ends at 24:00 in Shanghai. Of a range, whoever must act takes the earliest end, whoever must keep the latest.
Rules: data/deadlines/counting.yaml, each with its source; most are readings, and every answer names the ones it used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from hegui.errors import InputError
from hegui.law.counting import OpenPause, Pause, Reckoning, merged, reckon_term
from hegui.law.day_walk import Assume
from hegui.law.deadline_data import CountingRule, Deadline, RuleId, ServiceLevel, Term, Version
from hegui.law.instants import day_of, in_shanghai
from hegui.law.spans import Timeline
from hegui.law.words import Words
from hegui.law.working_calendar import WorkingCalendar

__all__ = [
    "Answer", "Between", "Due", "Extended", "Fixed", "NotBinding", "Outcome", "Paused", "Reason", "Soon", "UntilEvent",
    "careful_end", "reckon",
]  # fmt: skip


class Reason(Enum):
    """Why an answer is a range, or none."""

    UNPUBLISHED_YEAR = "unpublished_year"
    SEVERAL_READINGS = "several_readings"
    ROLL_UNCLEAR = "roll_unclear"
    HOUR_UNKNOWN = "hour_unknown"
    DRAFT = "draft"
    EFFECT_UNKNOWN = "effect_unknown"
    NOT_YET_IN_FORCE = "not_yet_in_force"
    NO_LONGER_IN_FORCE = "no_longer_in_force"
    NOT_YET_PUBLISHED = "not_yet_published"


@dataclass(frozen=True)
class Extended:
    """One prolongation that was used, with the reason given for it."""

    reason: str | None = None


@dataclass(frozen=True)
class Fixed:
    """The end is known."""

    end: Reckoning


@dataclass(frozen=True)
class Between:
    """The end lies in [earliest, latest]."""

    earliest: Reckoning
    latest: Reckoning
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class UntilEvent:
    """To be done before the event itself; `event` is when that is."""

    event: date | datetime


@dataclass(frozen=True)
class Paused:
    """The clock stands still since then, so it has no end yet."""

    since: datetime


@dataclass(frozen=True)
class NotBinding:
    """No version binds on the day of the event."""

    reason: Reason


Due = Fixed | Between | Paused


@dataclass(frozen=True)
class Soon:
    """The text has a word and no number. `own` is where the service level, one's own choice, would end."""

    word: Words
    level: ServiceLevel | None
    own: Due | None


Outcome = Due | UntilEvent | Soon | NotBinding


@dataclass(frozen=True)
class Answer:
    """What follows for one clock: the outcome, and the rules of counting it rests on.

    version: the one that binds; where none does, the one that never took effect or whose day of effect is not known, if any.
    """

    deadline: Deadline
    event: date | datetime
    version: Version | None
    outcome: Outcome
    rules: tuple[CountingRule, ...]


def reckon(
    deadline: Deadline,
    event: date | datetime,
    calendar: WorkingCalendar,
    counting: Mapping[RuleId, CountingRule],
    *,
    extended: Sequence[Extended] = (),
    pauses: Sequence[Pause] = (),
    known_on: date | None = None,
    draft: bool = False,
) -> Answer:
    """When the clock that `event` started ends.

    Args:
        event: an instant with offset, or a civil day in Shanghai where the hour is not known.
        extended: the prolongations used so far.
        pauses: the stretches during which the clock stood still; the last may be open.
        known_on: answer from the versions published by that day; None for all on file. The calendar is taken as it is.
        draft: take versions that never bound, too.
    Returns:
        an Answer; a clock that did not bind on the day of the event is one too, with the reason.
    Raises:
        InputError: LAW041 an instant without offset; LAW042 a year outside 1992 to 2199; LAW043 an extension that the
            text does not allow; LAW044 a pause that it does not allow, or that ends before it begins.
    """
    day = day_of(event)
    event = in_shanghai(event) if isinstance(event, datetime) else event
    version = _version(deadline.timeline, day, known_on, draft)
    if version is None:
        open_ones = (v for v in deadline.timeline.versions if v.span.effective is None or v.span.is_attested)
        return Answer(
            deadline, event, next(open_ones, None), NotBinding(_why_not(deadline.timeline, day, known_on)), ()
        )
    terms = _extended(deadline, version, extended)
    clean = merged(pauses)
    if clean and not version.pause_on:
        raise InputError("LAW044", deadline.id, "nothing pauses this clock", "Ask again without a pause.")
    outcome = _outcome(deadline, replace(version, terms=terms), event, calendar, clean)
    return Answer(deadline, event, version, outcome, tuple(counting[one] for one in _rules(outcome)))


def careful_end(answer: Answer) -> Reckoning | None:
    """The end to go by: of a range the earliest for who must act, the latest for who must keep or wait; None without one."""
    due = answer.outcome.own if isinstance(answer.outcome, Soon) else answer.outcome
    match due:
        case Fixed(end):
            return end
        case Between(earliest, latest):
            return latest if answer.deadline.kind in ("keep", "lapse") else earliest
    return None


def _outcome(
    deadline: Deadline, version: Version, event: date | datetime, calendar: WorkingCalendar, pauses: tuple[Pause, ...]
) -> Outcome:
    if version.soft is not None:
        level = version.service_level
        return Soon(version.soft, level, _due((level.term,), event, calendar, pauses) if level else None)
    if deadline.kind == "before":
        return UntilEvent(event)
    return _due(version.terms, event, calendar, pauses)


def _due(terms: tuple[Term, ...], event: date | datetime, calendar: WorkingCalendar, pauses: tuple[Pause, ...]) -> Due:
    try:
        early = [reckon_term(term, event, calendar, Assume.EARLY, pauses) for term in terms]
        late = [reckon_term(term, event, calendar, Assume.LATE, pauses) for term in terms]
    except OpenPause as pause:
        return Paused(pause.since)
    earliest = min(early, key=lambda one: one.at)
    latest = max(late, key=lambda one: one.at)
    if earliest.at == latest.at:
        return Fixed(earliest)
    return Between(earliest, latest, tuple(_reasons(early, late)))


def _reasons(early: list[Reckoning], late: list[Reckoning]) -> list[Reason]:
    both = list(zip(early, late, strict=True))
    found = {
        Reason.SEVERAL_READINGS: len({one.at for one in late}) > 1 or len({one.at for one in early}) > 1,
        Reason.ROLL_UNCLEAR: any(one.term.roll == "unclear" and one.has_rolled for one in late),
        Reason.HOUR_UNKNOWN: any(a.at != b.at and a.term.unit in ("minute", "hour") for a, b in both),
        Reason.UNPUBLISHED_YEAR: any(a.at != b.at and (a.has_assumed or b.has_assumed) for a, b in both),
    }
    return [reason for reason, applies in found.items() if applies]


def _version(timeline: Timeline[Version], day: date, known_on: date | None, draft: bool) -> Version | None:
    found = timeline.on(day, known_on)
    if found is None and draft:
        return next((v for v in timeline.versions if v.is_draft), None)
    return found


def _why_not(timeline: Timeline[Version], day: date, known_on: date | None) -> Reason:
    bound = [v.span for v in timeline.versions if v.span.effective is not None]
    if not bound:
        return Reason.DRAFT if all(v.is_draft for v in timeline.versions) else Reason.EFFECT_UNKNOWN
    if timeline.on(day) is not None and known_on is not None:
        return Reason.NOT_YET_PUBLISHED
    if bound[0].effective is None or day >= bound[0].effective:
        return Reason.NO_LONGER_IN_FORCE
    return Reason.EFFECT_UNKNOWN if bound[0].is_attested else Reason.NOT_YET_IN_FORCE


def _extended(deadline: Deadline, version: Version, used: Sequence[Extended]) -> tuple[Term, ...]:
    if not used:
        return version.terms
    allowed = version.extension
    if allowed is None or len(used) > allowed.times:
        times = allowed.times if allowed else 0
        raise InputError(
            "LAW043", deadline.id, f"may be extended {times} times, not {len(used)}", "Leave out the extension."
        )
    if allowed.needs_reason and not all(one.reason and one.reason.strip() for one in used):
        raise InputError("LAW043", deadline.id, "an extension needs its reason", "Say why it was extended.")
    return tuple(replace(term, amount=term.amount + len(used) * allowed.amount) for term in version.terms)


def _rules(outcome: Outcome) -> tuple[RuleId, ...]:
    match outcome:
        case Fixed(end):
            return end.rules
        case Between(earliest, latest):
            return tuple(dict.fromkeys((*earliest.rules, *latest.rules)))
        case Soon(own=own) if own is not None:
            return _rules(own)
    return ()
