"""Stretches of civil days, and the versions of a rule that fill them.

Knows half-open intervals of days in Asia/Shanghai: the first day counts, the day `until` no longer. A version has three dates:
published (from then on it can be known), effective and until. Knows no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, Protocol, TypeVar

from hegui.law.entries import Entry

__all__ = ["Dated", "Span", "Timeline", "as_known", "read_span"]


@dataclass(frozen=True)
class Span:
    """When something was published and during which days it binds.

    published: day on which it could first be known; None when our sources do not say.
    effective: first day it binds; None when it never has (a draft).
    until: the first day it no longer binds; None while that is open.
    is_attested: `effective` is only the first day on which a source says that it binds; it may have bound before.
    withdrawn: the day on which it became known that it will never take effect, because another version took its place.
    """

    published: date | None
    effective: date | None
    until: date | None = None
    is_attested: bool = False
    withdrawn: date | None = None

    def binds(self, on: date) -> bool:
        """Whether it is in force on that day."""
        begun = self.effective is not None and self.withdrawn is None and self.effective <= on
        return begun and (self.until is None or on < self.until)

    def is_known(self, on: date) -> bool:
        """Whether it had been published by that day; what has no date of publication is known from its effect on."""
        known_from = self.published or self.effective
        return known_from is not None and known_from <= on


class Dated(Protocol):
    """Something that has a span."""

    @property
    def span(self) -> Span: ...


D = TypeVar("D", bound=Dated)


def as_known(versions: Sequence[D], known_on: date | None) -> list[tuple[D, Span]]:
    """The versions published by that day, each with its span as it looked then.

    An end that only the next version brings was open until that was published: before 28 October 2025 nobody knew that the
    Cybersecurity Law of 2017 would be amended. What was withdrawn before its effect counts until its replacement was published.
    """
    if known_on is None:
        return [(version, version.span) for version in versions if version.span.withdrawn is None]
    found = []
    for number, version in enumerate(versions):
        span = version.span
        if span.is_known(known_on) and (span.withdrawn is None or known_on < span.withdrawn):
            later = (one.span for one in versions[number + 1 : number + 2] if not one.span.is_known(known_on))
            is_open = any(one.effective == span.until for one in later)
            found.append((version, replace(span, until=None if is_open else span.until, withdrawn=None)))
    return found


@dataclass(frozen=True)
class Timeline(Generic[D]):
    """Versions of one thing in order of effect, without overlap."""

    versions: tuple[D, ...]

    def on(self, day: date, known_on: date | None = None) -> D | None:
        """The version that binds on `day`, as far as was published by `known_on`; None when there is none."""
        return next((version for version, span in as_known(self.versions, known_on) if span.binds(day)), None)

    def changes(self, after: date, upto: date) -> Sequence[date]:
        """The days in (after, upto] on which a version begins or ends to bind."""
        bound = (v.span for v in self.versions if v.span.withdrawn is None)
        days = {day for span in bound for day in (span.effective, span.until) if day is not None}
        return sorted(day for day in days if after < day <= upto)


def read_span(entry: Entry) -> Span:
    """published, effective and until of an entry; dates out of order are faults."""
    span = Span(
        entry.day_or_none("published"),
        entry.day_or_none("effective"),
        entry.day_or_none("until"),
        entry.flag("attested"),
        entry.day_or_none("withdrawn"),
    )
    if span.published and span.effective and span.effective < span.published:
        entry.fault("effective", f"{span.effective} is before the publication, {span.published}")
    if span.withdrawn and (span.effective is None or span.withdrawn > span.effective):
        entry.fault(
            "withdrawn", f"{span.withdrawn} is after the effect, {span.effective}; such a version has an end instead"
        )
    if span.until and (span.effective is None or span.until <= span.effective):
        entry.fault("until", f"{span.until} is not after the effect, {span.effective}")
    return span
