"""The service profile: what somebody states about a service, where it says so, and which readings counsel adopted (服务画像).

Knows the file format. A fact that is left out, null or `unknown` is unknown. Nothing is filled in: no default, no false, no zero.

    service: 客服助手
    facts:
      uses_generative_ai: true
      pi_subjects: 1500000
      minors_can_use: {value: unknown, note: 等待年龄核验数据}
      processes_personal_info: {value: true, source: 数据清单 2026-10, on: 2026-10-15}
    readings:
      U1: {taken: b, by: 总法律顾问, on: 2026-10-20}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from typing import Any, Literal, get_args

from hegui.law.entries import Entry, Faults, shown
from hegui.law.facts import FactDefinition, FactValue
from hegui.law.yaml_lines import YamlFault, parse_yaml

__all__ = ["AdoptedReading", "Profile", "Stated", "read_profile", "value_fault"]

REMEDY = "Mend the profile; hegui law facts lists the facts, their questions and what counts as an answer."
UNKNOWN = "unknown"
MAX_NAME = 200
"""Characters of the name of a service: it stands in every heading."""
MAX_HINTS = 20
"""Faults up to which a name is looked for that may be meant: each look compares with every fact."""
Side = Literal["a", "b"]


@dataclass(frozen=True)
class Stated:
    """A fact as somebody states it. source: the document or person it comes from; on: the day it was checked; place: file:line."""

    value: FactValue
    source: str | None = None
    on: date | None = None
    note: str | None = None
    place: str = ""


@dataclass(frozen=True)
class AdoptedReading:
    """The reading that counsel adopted of an unclear question, by whom and when."""

    taken: Side
    by: str | None = None
    on: date | None = None
    place: str = ""


@dataclass(frozen=True)
class Profile:
    """A service as far as it is known. `open` names the facts that were stated to be unknown, so that nobody asks again."""

    service: str = ""
    stated: Mapping[str, Stated] = field(default_factory=dict)
    readings: Mapping[str, AdoptedReading] = field(default_factory=dict)
    open: frozenset[str] = frozenset()

    def with_event(self, fact: str, source: str) -> Profile:
        """The profile on the day on which something happens: its fact is true, whatever was stated of the service before."""
        return replace(self, stated={**self.stated, fact: Stated(True, source)}, open=self.open - {fact})


def read_profile(text: str, where: str, facts: Mapping[str, FactDefinition], questions: Mapping[str, Any]) -> Profile:
    """The profile in `text`. Raises FileFaults (LAW020) with every fault: unknown facts, wrong types, impossible days."""
    faults = Faults()
    try:
        raw = parse_yaml(text)
        entry = Entry({} if raw is None else raw, where, 1, faults)
    except YamlFault as fault:
        faults.add(f"{where}:{fault.line}", fault.problem)
        faults.raise_if_any("LAW020", where, REMEDY)
        raise
    profile = _profile(entry, facts, questions)
    entry.done()
    faults.raise_if_any("LAW020", where, REMEDY)
    return profile


def value_fault(fact: FactDefinition, value: Any) -> str | None:
    """What is wrong with `value` as an answer to the fact; None when nothing is."""
    if fact.kind == "bool":
        return None if isinstance(value, bool) else f"{shown(value)} is neither true, false nor unknown"
    if fact.kind == "level":
        names = [level.id for level in fact.levels]
        return None if value in names else f"{shown(value)} is none of {', '.join(names)}, unknown"
    if isinstance(value, bool) or not isinstance(value, int if fact.kind == "count" else int | float):
        return f"{shown(value)} is not a {'whole number' if fact.kind == 'count' else 'number'} from 0, nor unknown"
    return None if 0 <= value < 1e15 else f"{shown(value)} is out of bounds, 0 to 10^15"


def _profile(entry: Entry, facts: Mapping[str, FactDefinition], questions: Mapping[str, Any]) -> Profile:
    stated: dict[str, Stated] = {}
    unanswered: set[str] = set()
    for name, answer in entry.mixed("facts", "value"):
        found = _stated(answer)
        if name not in facts:
            answer.fault(None, f"there is no fact {_cut(name)}{_near(answer, name, facts)}")
        elif found.value is None or found.value == UNKNOWN:
            unanswered.add(name)
        elif problem := value_fault(facts[name], found.value):
            answer.fault(None, f"{name}: {problem}")
        else:
            stated[name] = found
    readings = {question: _reading(question, one, questions) for question, one in entry.mixed("readings", "taken")}
    return Profile(_service(entry), stated, readings, frozenset(unanswered))


def _service(entry: Entry) -> str:
    found = entry.text_or("service", "")
    if len(found) > MAX_NAME:
        entry.fault("service", f"longer than {MAX_NAME} characters")
    return found


def _stated(answer: Entry) -> Stated:
    return Stated(
        value=answer.value("value"),
        source=answer.text_or_none("source"),
        on=answer.day_or_none("on"),
        note=answer.text_or_none("note"),
        place=answer.place,
    )


def _reading(question: str, entry: Entry, questions: Mapping[str, Any]) -> AdoptedReading:
    if question not in questions:
        entry.fault(None, f"there is no question {_cut(question)}{_near(entry, question, questions)}")
    return AdoptedReading(
        entry.one_of("taken", get_args(Side)), entry.text_or_none("by"), entry.day_or_none("on"), entry.place
    )


def _cut(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:57]}…"


def _near(entry: Entry, name: str, known: Iterable[str]) -> str:
    if len(name) > 60 or len(entry.faults.found) >= MAX_HINTS:
        return ""
    found = get_close_matches(name, known, n=1)
    return f"; did you mean {found[0]}?" if found else ""
