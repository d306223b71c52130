"""Whether a list holds as many keywords as the law's figures ask for, and whether it was updated in time (词库覆盖).

Knows the list, its history and the dated figures; knows no file and no database. A figure not on file for the day leaves its
line open; the clock runs from the last time that a version was put in force which had not been before, for going back is no update.
Rules: parameters keywords.* of law/data/parameters/banks.yaml (TC260-003 8.1, GB/T 45654-2025); each with source and confidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hegui.detect.lexicon import Lexicon
from hegui.detect.risks import risks
from hegui.kernel.fold import fold
from hegui.law.instants import day_of
from hegui.law.parameters import NoValue, Parameter, Value, parameter
from hegui.usecases.ports import LexiconVersion

__all__ = ["Coverage", "Minimum", "UpdateClock", "cover", "update_clock"]

TOTAL, UPDATE = "keywords.total_min", "keywords.update_days_max"
PER_RISK = {"A.1": "keywords.per_risk_min_a1", "A.2": "keywords.per_risk_min_a2"}
"""Class → the parameter of its risks; the other classes have no figure."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """One figure against what the list holds.

    Attributes:
        risk: id; "" for the list as a whole.
        has: keywords that differ after folding, count.
        wanted: the figure; None where none is on file for the day, or none is asked for.
        value: its source and confidence, where there is one.
    """

    risk: str
    has: int
    wanted: int | None
    parameter: str
    value: Value | NoValue | None

    @property
    def missing(self) -> int:
        """Keywords still to come, count; 0 where nothing is asked for."""
        return max(0, (self.wanted or 0) - self.has)

    @property
    def is_met(self) -> bool | None:
        """None where there is no figure to meet."""
        return None if self.wanted is None else self.missing == 0


@dataclass(frozen=True, slots=True)
class UpdateClock:
    """How old the list is against the longest time between updates; None where a part is not known."""

    updated_on: date | None
    age_days: int | None
    most_days: int | None
    value: Value | NoValue

    @property
    def is_met(self) -> bool | None:
        """None where the day of the last update, or the figure, is not known."""
        if self.age_days is None or self.most_days is None:
            return None
        return self.age_days <= self.most_days


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every line of the answer for a day."""

    on: date
    total: Minimum
    by_risk: tuple[Minimum, ...]
    clock: UpdateClock | None

    @property
    def is_met(self) -> bool | None:
        """False where any line is short; None where none is, but some figure or day is not known."""
        asked = [line for line in self.by_risk if line.parameter]
        held = [self.total.is_met, *(line.is_met for line in asked), *([self.clock.is_met] if self.clock else [])]
        return False if False in held else None if None in held else True


def cover(
    lexicon: Lexicon, parameters: Mapping[str, Parameter], on: date, history: Sequence[LexiconVersion] | None = None
) -> Coverage:
    """The list on a civil day in Shanghai; `history`, newest first, where it is the list in force."""
    different = {(term.risk, fold(term.text) or term.text) for term in lexicon.terms}
    counts = Counter(risk for risk, _ in different)
    total = _minimum("", len({text for _, text in different}), TOTAL, parameters, on)
    lines = tuple(_minimum(risk, counts[risk], PER_RISK.get(risk[:3], ""), parameters, on) for risk in risks())
    clock = None if history is None else update_clock(history, parameters, on)
    return Coverage(on, total, lines, clock)


def update_clock(history: Sequence[LexiconVersion], parameters: Mapping[str, Parameter], on: date) -> UpdateClock:
    """How long ago a new version was put in force, as known by the end of that day."""
    value = parameter(parameters, UPDATE, on)
    updated = _last_update(history, on)
    updated_on = day_of(updated) if updated is not None else None
    age = (on - updated_on).days if updated_on is not None else None
    return UpdateClock(updated_on, age, _figure(value), value)


def _last_update(history: Sequence[LexiconVersion], on: date) -> datetime | None:
    seen: set[str] = set()
    last = None
    for version in reversed(history):
        if version.digest not in seen and day_of(version.loaded_at) <= on:
            last = version.loaded_at
        seen.add(version.digest)
    return last


def _minimum(risk: str, has: int, name: str, parameters: Mapping[str, Parameter], on: date) -> Minimum:
    if not name:
        return Minimum(risk, has, None, "", None)
    value = parameter(parameters, name, on)
    return Minimum(risk, has, _figure(value), name, value)


def _figure(value: Value | NoValue) -> int | None:
    return value.value if isinstance(value, Value) and isinstance(value.value, int) else None
