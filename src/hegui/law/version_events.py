"""What happened to provisions, and to other dated values, day by day (法规变动).

Knows versions of a provision and what a day between two of them means: publication, effect, end, another number, another wording.
Knows no service: whom an event concerns is the business of `changes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Generic, Literal, TypeVar

from hegui.law.book import LawBook
from hegui.law.instruments import Instrument
from hegui.law.provisions import Provision, ProvisionVersion
from hegui.law.spans import Dated, Span, Timeline

__all__ = ["Event", "EventKind", "Manner", "ValueChange", "events", "value_changes"]

EventKind = Literal[
    "published", "came_into_force", "ended", "renumbered", "amended", "draft_published", "draft_superseded"
]
"""公布、施行、失效、条文序号变化、修改、草案公布、草案被正式文本取代."""

Manner = Literal["with_instrument", "by_amendment", "staged", "attested"]
"""How a provision came into force: with its instrument; on the day of a later version of it; on another day, its own; or by then
at the latest, where no source names the day."""

D = TypeVar("D", bound=Dated)


@dataclass(frozen=True)
class Event:
    """Something that happened to one provision on one day.

    before: the version that ended with it; None where there was none.
    version: the version it begins with, or the last one where it ends.
    manner: how it came into force; None for other kinds.
    """

    day: date
    kind: EventKind
    provision: Provision
    instrument: Instrument
    version: ProvisionVersion
    before: ProvisionVersion | None = None
    manner: Manner | None = None

    @property
    def is_draft(self) -> bool:
        return self.kind in ("draft_published", "draft_superseded")


@dataclass(frozen=True)
class ValueChange(Generic[D]):
    """A dated value, such as an amount or a number of days, before and after the day on which it changed."""

    day: date
    id: str
    before: D | None
    after: D | None


def events(book: LawBook, after: date, upto: date) -> Iterator[Event]:
    """Every event of (after, upto], by provision in the order of the book and by day."""
    for provision in book.provisions.values():
        instrument = book.instrument_of(provision)
        found = _draft_events if instrument.is_draft else _version_events
        happened = found(provision, instrument, book)
        yield from sorted((e for e in happened if after < e.day <= upto), key=lambda event: event.day)


def value_changes(timelines: Mapping[str, Timeline[D]], after: date, upto: date) -> list[ValueChange[D]]:
    """The days in (after, upto] on which dated values changed, in order; for parameters, amounts and whatever has a span."""
    found = [
        ValueChange(day, name, timeline.on(day - timedelta(days=1)), timeline.on(day))
        for name, timeline in timelines.items()
        for day in timeline.changes(after, upto)
    ]
    return sorted(found, key=lambda change: (change.day, change.id))


def _version_events(provision: Provision, instrument: Instrument, book: LawBook) -> Iterator[Event]:
    before: ProvisionVersion | None = None
    for version in provision.versions:
        span = version.span
        if span.published and (span.effective is None or span.published < span.effective):
            yield Event(span.published, "published", provision, instrument, version, before)
        if span.effective and span.withdrawn is None:
            kind = _beginning(before, version)
            manner = _manner(span, instrument) if kind == "came_into_force" else None
            yield Event(span.effective, kind, provision, instrument, version, before, manner)
        before = version
    yield from _endings(provision, instrument)


def _beginning(before: ProvisionVersion | None, version: ProvisionVersion) -> EventKind:
    if before is None or before.span.until != version.span.effective:
        return "came_into_force"
    return "amended" if before.article == version.article else "renumbered"


def _manner(span: Span, instrument: Instrument) -> Manner | None:
    day = span.effective
    if day is None or span.is_attested:
        return "attested" if day else None
    days = [span.effective for span in instrument.spans if span.effective]
    if not days or day <= days[0]:
        return "with_instrument"
    return "by_amendment" if day in days else "staged"


def _endings(provision: Provision, instrument: Instrument) -> Iterator[Event]:
    followed = {one.span.until for one, other in pairwise(provision.versions) if one.span.until == other.span.effective}
    for version in provision.versions:
        if version.span.until and version.span.until not in followed:
            yield Event(version.span.until, "ended", provision, instrument, version, version)


def _draft_events(provision: Provision, instrument: Instrument, book: LawBook) -> Iterator[Event]:
    replaced = book.replaced_on(instrument)
    for version in provision.versions:
        if version.span.published:
            yield Event(version.span.published, "draft_published", provision, instrument, version)
        if replaced:
            yield Event(replaced, "draft_superseded", provision, instrument, version, version)
