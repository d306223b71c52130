"""The clocks of the law (期限) as data: what starts one, how long it runs, how it is counted, and how surely we know.

Knows six kinds. `due`: act at the latest by its end; `keep`: keep until its end at least; `recurs`: again within it after the
last time; `lapse`: what may not be done after it; `before`: act before the event itself; `soon`: the text has a word and no
number. Counts nothing (see deadlines.py). A version may hold several terms: then the text can be read in so many ways.
Source: data/deadlines/<id>.yaml, one clock a file; events.yaml lists the events, counting.yaml the rules of counting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from hegui.law.entries import Entry
from hegui.law.provenance import Provenance, read_provenance
from hegui.law.spans import Span, Timeline, read_span
from hegui.law.words import Words

__all__ = [
    "CountingRule", "Deadline", "Event", "Extension", "Kind", "Roll", "RuleId", "ServiceLevel", "Start", "Term", "Unit", "Version",
    "read_counting", "read_deadline", "read_events",
]  # fmt: skip

Kind = Literal["due", "keep", "recurs", "lapse", "before", "soon"]
Unit = Literal["minute", "hour", "natural_day", "working_day", "month", "year", "calendar_year"]
Start = Literal["same_moment", "same_day", "next_day"]
Roll = Literal["forward", "none", "unclear"]
RuleId = Literal["same_moment", "next_day", "corresponding_day", "end_of_day", "roll", "working_day", "pause"]

_ID = re.compile(r"[A-Z][A-Za-z0-9]*(-[0-9A-Z.]+)+(\.[a-z_]+)?")
_PROVISION = re.compile(r"[A-Z][A-Za-z0-9]*(-[0-9A-Za-z.]+)+")
_MOST: dict[Unit, int] = {
    "minute": 1440, "hour": 720, "natural_day": 3660, "working_day": 1000, "month": 1200, "year": 100, "calendar_year": 100,
}  # fmt: skip
"""A larger amount is a slip of the pen."""


@dataclass(frozen=True)
class Event:
    """What can start, pause or end a clock. `fact` is the fact of a profile that says it happened."""

    id: str
    title: Words
    fact: str | None


@dataclass(frozen=True)
class CountingRule:
    """A rule by which time is counted. `is_reading`: no instrument on file says it of these duties; it is taken from elsewhere."""

    id: RuleId
    text: Words
    is_reading: bool
    provenance: Provenance


@dataclass(frozen=True)
class Term:
    """A length of time.

    amount: count of `unit`, at least 1. For `calendar_year`, the end of the amount-th year after the event's.
    start: from the moment of the event (minutes, hours), from its day as the first, or from the day after it.
    roll: whether an end on a day that is no working day moves to the next one.
    reading: what this reading of the text is, where there are several.
    """

    amount: int
    unit: Unit
    start: Start
    roll: Roll
    reading: Words | None = None


@dataclass(frozen=True)
class Extension:
    """How often the term may be prolonged, each time by `amount` of its unit."""

    times: int
    amount: int
    needs_reason: bool


@dataclass(frozen=True)
class ServiceLevel:
    """A figure for where the law has only a word: a choice of whoever runs the service, never law."""

    term: Term
    provenance: Provenance


@dataclass(frozen=True)
class Version:
    """What holds from one day to another; without a day of effect it is a draft's, or that day is not known to us."""

    span: Span
    terms: tuple[Term, ...]
    soft: Words | None
    service_level: ServiceLevel | None
    extension: Extension | None
    pause_on: tuple[str, ...]
    provenance: Provenance
    is_draft: bool = False


@dataclass(frozen=True)
class Deadline:
    """One clock.

    provisions: citations, the one it stands in first, then those that refer to it.
    is_authority: whether the clock is an authority's and not the operator's.
    events: any of them starts it.
    """

    id: str
    provisions: tuple[str, ...]
    title: Words
    kind: Kind
    is_authority: bool
    events: tuple[str, ...]
    timeline: Timeline[Version]


def read_deadline(entry: Entry) -> Deadline:
    """One file of deadlines/. Faults: a kind without what it needs, terms that contradict their unit, versions that overlap."""
    kind: Kind = entry.one_of("kind", get_args(Kind))
    versions = entry.entries("versions", lambda e: _read_version(e, kind))
    _check_order(entry, versions)
    found = Deadline(
        entry.matching("id", _ID, "the id of a deadline, such as AR-24-1 or INC-4-1.onward"),
        entry.texts("provisions"),
        entry.words("title"),
        kind,
        entry.one_of("bearer", ("operator", "authority"), "operator") == "authority",
        entry.texts("events"),
        Timeline(versions),
    )
    _check_citations(entry, found)
    return found


def read_events(entry: Entry) -> tuple[Event, ...]:
    """events.yaml: the closed list."""
    return entry.named("events", lambda name, e: Event(name, e.words("title"), e.text_or("fact", "") or None))


def read_counting(entry: Entry) -> tuple[CountingRule, ...]:
    """counting.yaml: every rule once."""
    rules = entry.named("rules", lambda name, e: _read_rule(e, name))
    for missing in sorted(set(get_args(RuleId)) - {rule.id for rule in rules}):
        entry.fault("rules", f"the rule {missing} is missing")
    return rules


def _read_rule(entry: Entry, name: str) -> CountingRule:
    known: tuple[RuleId, ...] = get_args(RuleId)
    if name not in known:
        entry.fault(None, f"{name!r} is none of {', '.join(known)}")
    rule_id = next((one for one in known if one == name), known[0])
    return CountingRule(rule_id, entry.words("text"), entry.flag("reading"), read_provenance(entry))


def _read_version(entry: Entry, kind: Kind) -> Version:
    version = Version(
        read_span(entry),
        entry.entries("terms", _read_term),
        entry.words_or_none("soft"),
        entry.entry_or_none("service_level", _read_service_level),
        entry.entry_or_none("extension", _read_extension),
        entry.texts("pause_on"),
        read_provenance(entry),
        entry.flag("draft"),
    )
    _check_kind(entry, version, kind)
    if version.is_draft and version.span.effective is not None:
        entry.fault("draft", "a draft has no day of effect")
    if version.span.effective is None and version.provenance.note is None:
        entry.fault("effective", "a version without a day of effect says why, in a note")
    return version


def _read_term(entry: Entry) -> Term:
    unit: Unit = entry.one_of("unit", get_args(Unit))
    term = Term(
        entry.whole("amount", 1),
        unit,
        entry.one_of("start", get_args(Start)),
        entry.one_of("roll", get_args(Roll), "none"),
        entry.words_or_none("reading"),
    )
    if term.amount > _MOST[unit]:
        entry.fault("amount", f"{term.amount} is more than {_MOST[unit]}, the most that is believed of {unit}")
    is_clock = unit in ("minute", "hour")
    if is_clock is not (term.start == "same_moment"):
        entry.fault("start", f"{term.start} does not go with {unit}")
    if (is_clock or unit == "working_day") and term.roll != "none":
        entry.fault("roll", f"an end counted by {unit} does not roll")
    return term


def _read_service_level(entry: Entry) -> ServiceLevel:
    return ServiceLevel(
        entry.entry("term", _read_term) or Term(1, "natural_day", "next_day", "none"), read_provenance(entry)
    )


def _read_extension(entry: Entry) -> Extension:
    return Extension(entry.whole("times", 1), entry.whole("amount", 1), entry.flag("needs_reason", True))


def _check_kind(entry: Entry, version: Version, kind: Kind) -> None:
    if bool(version.terms) is (kind in ("before", "soon")):
        entry.fault("terms", f"a clock of the kind {kind} has {'no terms' if version.terms else 'terms'}")
    if (version.soft is not None) is not (kind == "soon"):
        entry.fault("soft", "the word that stands for a number goes with the kind soon, and only with it")
    if version.service_level and kind != "soon":
        entry.fault("service_level", "only a clock without a number needs a figure of one's own")
    if kind in ("keep", "lapse") and any(term.roll != "none" for term in version.terms):
        entry.fault("terms", f"the end of a {kind} does not roll")
    if len(version.terms) > 1 and not all(term.reading for term in version.terms):
        entry.fault("terms", "of several readings each says what it is")
    if version.extension and len({term.unit for term in version.terms}) != 1:
        entry.fault("extension", "an extension needs terms of one unit")


def _check_order(entry: Entry, versions: tuple[Version, ...]) -> None:
    if not versions:
        entry.fault("versions", "there is none")
    bound = [v.span for v in versions if v.span.effective is not None]
    for earlier, later in pairwise(bound):
        if earlier.until is None or later.effective is None or earlier.until > later.effective:
            entry.fault("versions", f"the version of {later.effective} begins before the one before it ends")


def _check_citations(entry: Entry, found: Deadline) -> None:
    for citation in found.provisions:
        if not _PROVISION.fullmatch(citation):
            entry.fault("provisions", f"{citation!r} is not the id of a provision, such as AR-24-1")
    if not found.provisions or found.id.partition(".")[0] not in (found.provisions[0], found.id) or not found.events:
        entry.fault(None, "a deadline names the provision it stands in and the events that start it")
    if "." not in found.id and found.provisions and found.id != found.provisions[0]:
        entry.fault("id", f"{found.id} is not {found.provisions[0]}, the provision it stands in")
