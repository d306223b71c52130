"""What changed for a service between two days, and why (法规变化).

Knows the window (after, upto]: the law of the first day is the starting point, the law of the second the end, and each day in
between on which something began, ended or got another number is an event of its own. The facts are the same on all days.
A draft never changes what applies: its publication, and what became of it, are watch items without a duty, and so is news.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from hegui.errors import InputError
from hegui.kernel.logic import Verdict
from hegui.law.assessment import Answer, answer_all, refuse_contradicted_facts
from hegui.law.book import LawBook
from hegui.law.conditions import Conditions
from hegui.law.developments import Development
from hegui.law.instruments import Instrument, Jurisdiction
from hegui.law.profile import Profile
from hegui.law.provisions import Provision
from hegui.law.version_events import Event, events

__all__ = ["MAINLAND", "Changes", "DraftWatch", "ProvisionChange", "changes_for"]

MAINLAND: tuple[Jurisdiction, ...] = ("CN",)
"""Whose law is looked at when nobody says."""


@dataclass(frozen=True)
class ProvisionChange:
    """A provision on both days, and its events between them."""

    before: Answer
    after: Answer
    events: tuple[Event, ...]

    @property
    def provision(self) -> Provision:
        return self.after.provision

    @property
    def concerns(self) -> bool:
        """Whether the facts leave room for it; where they rule it out, its dates do not matter to the service."""
        return self.after.verdict is not Verdict.FAILS


@dataclass(frozen=True)
class DraftWatch:
    """A draft to keep an eye on. It carries no duty.

    pending: published by the last day and not replaced. near: its clauses that the facts do not rule out for this service.
    """

    instrument: Instrument
    events: tuple[Event, ...]
    pending: bool
    near: tuple[Provision, ...]


@dataclass(frozen=True)
class Changes:
    """All that changed in (after, upto]. `provisions` in the order of the book, those the facts rule out included."""

    book: LawBook = field(repr=False)
    profile: Profile
    after: date
    upto: date
    provisions: tuple[ProvisionChange, ...]
    drafts: tuple[DraftWatch, ...]
    news: tuple[Development, ...]

    @property
    def concerning(self) -> tuple[ProvisionChange, ...]:
        """Those that may reach the service."""
        return tuple(one for one in self.provisions if one.concerns)

    @property
    def days(self) -> Mapping[date, tuple[Event, ...]]:
        """Each day on which something changed for the service, in order, with what changed; drafts left out."""
        found = sorted((e for one in self.concerning for e in one.events), key=lambda event: event.day)
        return {day: tuple(group) for day, group in groupby(found, key=lambda event: event.day)}


def changes_for(
    book: LawBook,
    profile: Profile,
    *,
    after: date,
    upto: date,
    developments: Iterable[Development] = (),
    jurisdictions: Collection[Jurisdiction] = MAINLAND,
) -> Changes:
    """What changed for the service.

    Args:
        after: the day whose law is the starting point; what began on it is not a change.
        upto: the last day of the window.
        developments: news; those of the window become watch items, the earliest first.
        jurisdictions: whose law is looked at.
    Raises:
        InputError: LAW070, the window is empty.
        FileFaults: LAW021, as `assess`.
    """
    if upto <= after:
        raise InputError(
            "LAW070", f"{after} … {upto}", "the second day is not after the first", "Give the earlier day first."
        )
    conditions = Conditions(book.facts, tuple(book.uncertainties), book.domains, profile)
    refuse_contradicted_facts(conditions)
    before = answer_all(book, conditions, as_of=after).answers
    later = answer_all(book, conditions, as_of=upto).answers
    happened = _by_provision(events(book, after, upto))
    changed = (ProvisionChange(before[name], later[name], found) for name, found in happened.items())
    return Changes(
        book,
        profile,
        after,
        upto,
        tuple(one for one in changed if _counts(one.after.instrument, jurisdictions)),
        tuple(_drafts(book, happened, later, upto)),
        tuple(sorted((one for one in developments if one.meets(after, upto)), key=lambda one: one.first)),
    )


def _counts(instrument: Instrument, jurisdictions: Collection[Jurisdiction]) -> bool:
    return not instrument.is_draft and instrument.jurisdiction in jurisdictions


def _by_provision(found: Iterable[Event]) -> Mapping[str, tuple[Event, ...]]:
    grouped: dict[str, list[Event]] = {}
    for event in found:
        grouped.setdefault(event.provision.id, []).append(event)
    return {name: tuple(happened) for name, happened in grouped.items()}


def _drafts(
    book: LawBook, happened: Mapping[str, tuple[Event, ...]], answers: Mapping[str, Answer], upto: date
) -> Iterator[DraftWatch]:
    for instrument in book.instruments.values():
        if not instrument.is_draft:
            continue
        own = [
            e for name, found in happened.items() if book.provisions[name].instrument == instrument.key for e in found
        ]
        replaced = book.replaced_on(instrument)
        known = any(span.published and span.published <= upto for span in instrument.spans)
        pending = known and (replaced is None or upto < replaced)
        if own or pending:
            near = (
                a.provision for a in answers.values() if a.instrument is instrument and a.verdict is not Verdict.FAILS
            )
            yield DraftWatch(instrument, tuple(own), pending, tuple(near))
