"""The figures of the law (阈值): thresholds, minima and defaults, each with its dates, its source and how surely we know it.

Knows values dated like law: published, effective, until. Refuses to answer for a day it has no value for: no value is borrowed
from another day. Each parameter says in which range a value can lie; a file outside it is not loaded.
Source: data/parameters/<area>.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import pairwise
from typing import Any, Literal, get_args

from hegui.errors import NotFoundError
from hegui.law.entries import Entry
from hegui.law.provenance import Provenance, read_provenance
from hegui.law.spans import Span, Timeline, read_span
from hegui.law.words import Words

__all__ = [
    "Figure", "Missing", "NoValue", "Parameter", "ParameterArea", "Sense", "Value", "parameter", "read_parameters",
]  # fmt: skip

Figure = int | float | tuple[int, int] | tuple[str, str]
"""A number, a span of numbers, or a span of local times (HH:MM)."""

Sense = Literal["minimum", "maximum", "trigger", "default", "span", "exact"]
UNITS = (
    "share", "item", "day", "working_day", "month", "year", "hour", "minute", "second", "person", "user", "input", "tap",
    "character_per_minute", "local_time", "minute_per_day", "years_of_age", "cny",
)  # fmt: skip

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class Value:
    """What holds from one day to another; without a day of effect it is a draft's, or that day is not known to us."""

    span: Span
    value: Figure
    provenance: Provenance
    is_draft: bool = False


@dataclass(frozen=True)
class Parameter:
    """One figure over time.

    sense: at least this (minimum), at most this (maximum), from this on (trigger), unless set otherwise (default),
    within (span), or just this (exact).
    """

    id: str
    title: Words
    unit: str
    sense: Sense
    provisions: tuple[str, ...]
    timeline: Timeline[Value]


@dataclass(frozen=True)
class ParameterArea:
    """The parameters of one file."""

    parameters: tuple[Parameter, ...]


class Missing(Enum):
    """Why there is no value."""

    NOT_YET_IN_FORCE = "not_yet_in_force"
    NO_LONGER_IN_FORCE = "no_longer_in_force"
    DRAFT_ONLY = "draft_only"
    EFFECT_UNKNOWN = "effect_unknown"
    NOT_YET_PUBLISHED = "not_yet_published"


@dataclass(frozen=True)
class NoValue:
    """UNKNOWN: no value is on file for that day; `undated` are those without a day of effect, to be shown and not applied."""

    parameter: Parameter
    on: date
    reason: Missing
    undated: tuple[Value, ...]


def parameter(
    parameters: Mapping[str, Parameter], parameter_id: str, on: date, known_on: date | None = None
) -> Value | NoValue:
    """The value that binds on a civil day in Shanghai, or why there is none.

    Args:
        known_on: answer from what had been published by that day; None for all that is on file.
    Raises:
        NotFoundError (LAW045): there is no such parameter.
    """
    found = parameters.get(parameter_id)
    if found is None:
        raise NotFoundError("LAW045", parameter_id, "there is no such parameter", "See the figures: hegui law figures")
    value = found.timeline.on(on, known_on)
    if value is not None:
        return value
    undated = tuple(one for one in found.timeline.versions if one.span.effective is None)
    return NoValue(found, on, _why_not(found.timeline, on), undated)


def _why_not(timeline: Timeline[Value], on: date) -> Missing:
    if timeline.on(on) is not None:
        return Missing.NOT_YET_PUBLISHED
    bound = [value.span for value in timeline.versions if value.span.effective is not None]
    if not bound:
        return Missing.DRAFT_ONLY if all(one.is_draft for one in timeline.versions) else Missing.EFFECT_UNKNOWN
    if bound[0].effective is None or on >= bound[0].effective:
        return Missing.NO_LONGER_IN_FORCE
    return Missing.EFFECT_UNKNOWN if bound[0].is_attested else Missing.NOT_YET_IN_FORCE


def read_parameters(entry: Entry) -> ParameterArea:
    """One file of parameters/. Faults: fewer parameters than it promises, values outside their range or out of order."""
    least = entry.whole("at_least", 1)
    found = ParameterArea(entry.named("parameters", _read_parameter))
    if len(found.parameters) < least:
        entry.fault("parameters", f"{len(found.parameters)} parameters are fewer than {least}")
    return found


def _read_parameter(name: str, entry: Entry) -> Parameter:
    if not _ID.fullmatch(name):
        entry.fault(None, f"{name!r} is not the id of a parameter, such as corpus.manual_pass_min")
    unit = entry.one_of("unit", UNITS)
    least, most = _limits(entry)
    values = entry.entries("values", lambda e: _read_value(e, unit, least, most))
    _check_order(entry, values)
    sense: Sense = entry.one_of("sense", get_args(Sense))
    return Parameter(name, entry.words("title"), unit, sense, entry.texts("provisions"), Timeline(values))


def _limits(entry: Entry) -> tuple[float, float]:
    """What `expects: [least, most]` says a value can be."""
    found = entry.value("expects")
    if isinstance(found, list) and len(found) == 2 and all(_is_number(one) for one in found) and found[0] <= found[1]:
        return found[0], found[1]
    entry.fault("expects", "is not [least, most], the range in which a value can lie")
    return 0, 0


def _read_value(entry: Entry, unit: str, least: float, most: float) -> Value:
    raw = entry.value("value")
    figure = _figure(raw, unit)
    if figure is None:
        entry.fault("value", f"{raw!r} is not a number, or a span [from, to] in the unit {unit}")
        figure = 0
    numbers = _numbers(figure)
    if not all(least <= number <= most for number in numbers):
        entry.fault("value", f"{raw!r} is outside the range that is believed, {least} to {most}")
    value = Value(read_span(entry), figure, read_provenance(entry), entry.flag("draft"))
    if value.is_draft and value.span.effective is not None:
        entry.fault("draft", "a draft has no day of effect")
    if value.span.effective is None and value.provenance.note is None:
        entry.fault("effective", "a value without a day of effect says why, in a note")
    return value


def _figure(raw: Any, unit: str) -> Figure | None:
    if isinstance(raw, list) and len(raw) == 2:
        first, second = raw
        if unit == "local_time" and all(isinstance(one, str) and _TIME.fullmatch(one) for one in raw):
            return (first, second)
        if unit != "local_time" and all(type(one) is int for one in raw) and first <= second:
            return (first, second)
        return None
    return raw if _is_number(raw) and unit != "local_time" else None


def _numbers(figure: Figure) -> tuple[float, ...]:
    """The numbers in it; a local time counts by its hour."""
    if isinstance(figure, tuple):
        return tuple(int(one[:2]) if isinstance(one, str) else one for one in figure)
    return (figure,)


def _is_number(raw: Any) -> bool:
    return type(raw) in (int, float)


def _check_order(entry: Entry, values: tuple[Value, ...]) -> None:
    if not values:
        entry.fault("values", "there is none")
    bound = [value.span for value in values if value.span.effective is not None]
    for earlier, later in pairwise(bound):
        if earlier.until is None or later.effective is None or earlier.until > later.effective:
            entry.fault("values", f"the value of {later.effective} begins before the one before it ends")
