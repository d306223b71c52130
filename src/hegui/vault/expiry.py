"""From periods to bounds: what was made up to which day is due, and which periods below a minimum are in force.

Knows dates; knows no store. A bound is what a database can be asked for; `retention.due` says of each thing it finds
whether it really is due, holds included.
Rules: as `retention`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from hegui.vault.periods import SHANGHAI, add_months, in_force
from hegui.vault.retention import (
    KINDS,
    Decision,
    Hold,
    Item,
    Kind,
    Minimum,
    Overrides,
    RetentionLaw,
    Schedule,
    due,
)

__all__ = ["InForceOverride", "Rules", "made_before"]

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class InForceOverride:
    """A period below the minimum on a day: since when the setting says so (None: since it was made), and the minima."""

    kind: Kind
    months: int
    since: date | None
    minima: tuple[Minimum, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Law and settings together.

    Attributes:
        overrides: kind → the reason for a period below the law's minimum.
    """

    schedule: Schedule
    law: RetentionLaw
    overrides: Overrides = field(default_factory=dict)

    def due(self, items: tuple[Item, ...], holds: tuple[Hold, ...], *, on: date) -> Decision:
        """As `retention.due`."""
        return due(items, self.schedule, self.law, on=on, holds=holds, overrides=self.overrides)

    def due_through(self, kind: Kind, on: date) -> date:
        """The day up to which what was made is due on a day, holds aside. Raises InputError (VLT013)."""
        months = in_force(self.schedule[kind], on)
        minima = self.law.minima_for(kind, on)
        if kind not in self.overrides:
            months = max([months, *(one.months for one in minima)])
        day = add_months(on, -months)
        while add_months(day, months) >= on:  # the end of a shorter month may stand for several days
            day -= DAY
        return day

    def overridden(self, on: date) -> Mapping[Kind, InForceOverride]:
        """The kinds that are kept for less than the law's minimum on a day. Raises InputError (VLT013)."""
        found = {}
        for kind in KINDS:
            period = [one for one in self.schedule[kind] if one.since is None or one.since <= on][-1]
            minima = tuple(one for one in self.law.minima_for(kind, on) if one.months > period.months)
            if minima and kind in self.overrides:
                found[kind] = InForceOverride(kind, period.months, period.since, minima, self.overrides[kind])
        return found


def made_before(day: date) -> datetime:
    """The end of a day in Shanghai, UTC.

    >>> made_before(date(2026, 1, 15)).isoformat()
    '2026-01-15T16:00:00+00:00'
    """
    return datetime.combine(day + DAY, time(), SHANGHAI).astimezone(UTC)
