"""The facts a service profile may state, and how some follow from others (事实).

Knows what the files `facts/<group>.yaml` say: a question in both languages, what counts as an answer, and derivations. A fact that
nobody stated and that no rule derives is unknown; it is never false, and never zero.
A derivation is a definition (the fact holds exactly if the condition does) or one-sided (`holds_if`, `fails_if`: beyond these the
fact is asked for itself).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from hegui.law.entries import Entry
from hegui.law.expression import Expression
from hegui.law.read_expression import read_expression
from hegui.law.words import Words

__all__ = [
    "EVENTS",
    "Derivation",
    "FactDefinition",
    "FactGroup",
    "FactKind",
    "FactValue",
    "Level",
    "derivation_parts",
    "read_fact_group",
]

FactKind = Literal["bool", "count", "number", "level"]
"""bool: yes or no; count: a whole number from 0; number: a decimal from 0; level: one of an ordered list."""

FactValue = bool | int | float | str
"""What a fact may be: a truth value, a number, or the id of a level."""

EVENTS = 2
"""The phase of the facts about what has happened, which a group of facts is asked in; see FactGroup."""

_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Level:
    """A step of an ordered fact, the lowest first in the list."""

    id: str
    words: Words


@dataclass(frozen=True)
class Derivation:
    """How a fact follows from others. `definition` excludes the other two.

    words: the rule in words; reading: the question of law it turns on, if any.
    """

    definition: Expression | None
    holds_if: Expression | None
    fails_if: Expression | None
    words: Words


@dataclass(frozen=True)
class FactDefinition:
    """One fact.

    label: the fact as a claim, for conditions in words. unit: of counts and numbers. levels: of levels. place: file:line.
    """

    name: str
    group: str
    kind: FactKind
    label: Words
    question: Words
    help: Words
    unit: Words | None
    levels: tuple[Level, ...]
    derivation: Derivation | None
    place: str = field(compare=False)


@dataclass(frozen=True)
class FactGroup:
    """Facts that belong together. phase: 1 what the service is, 2 what has happened, 3 other jurisdictions; asked in that order."""

    id: str
    order: int
    phase: int
    title: Words
    facts: tuple[FactDefinition, ...]


def derivation_parts(derivation: Derivation | None) -> Iterator[Expression]:
    """The conditions of a derivation."""
    if derivation is not None:
        yield from (
            part for part in (derivation.definition, derivation.holds_if, derivation.fails_if) if part is not None
        )


def read_fact_group(entry: Entry) -> FactGroup:
    """What `facts/<group>.yaml` says."""
    group = entry.text("group")
    return FactGroup(
        id=group,
        order=entry.whole("order", 1),
        phase=entry.whole("phase", 1),
        title=entry.words("title"),
        facts=entry.named("facts", lambda name, one: _fact(name, group, one)),
    )


def _fact(name: str, group: str, entry: Entry) -> FactDefinition:
    if not _NAME.fullmatch(name) or name in ("always", "never", "reading"):
        entry.fault(None, f"{name!r} cannot be the name of a fact")
    kind = entry.one_of("kind", get_args(FactKind))
    levels = entry.entries("levels", lambda one: Level(one.text("id"), Words(one.text("zh"), one.text("en"))))
    if (kind == "level") != (len(levels) > 1):
        entry.fault("levels", "a level needs two steps or more, and nothing else has any")
    derivation = entry.entry_or_none("derived", _derivation)
    if derivation and kind != "bool":
        entry.fault("derived", "only a fact that is true or false can be derived")
    return FactDefinition(
        name=name,
        group=group,
        kind=kind,
        label=entry.words("label"),
        question=entry.words("question"),
        help=entry.words("help"),
        unit=entry.words_or_none("unit"),
        levels=levels,
        derivation=derivation,
        place=entry.place,
    )


def _derivation(entry: Entry) -> Derivation:
    found = Derivation(
        read_expression(entry, "definition"),
        read_expression(entry, "holds_if"),
        read_expression(entry, "fails_if"),
        entry.words("words"),
    )
    if (found.definition is None) == (found.holds_if is None and found.fails_if is None):
        entry.fault(None, "give a definition, or holds_if and fails_if")
    return found
