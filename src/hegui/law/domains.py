"""How the law partitions the values of a fact.

Knows cases, numbered from 0: false and true; the steps of a level; the stretches of a number between the figures that conditions
compare it with. Two values in the same case are the same to every condition, and every case can be somebody's answer.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hegui.law.expression import Compare, Expression, Relation, atoms
from hegui.law.facts import FactDefinition, FactValue

__all__ = ["Domain", "domains_of"]

_RELATIONS: Mapping[Relation, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True)
class Domain:
    """The cases of one fact, each with a value that stands for it; `levels` gives words their order."""

    samples: tuple[FactValue, ...]
    levels: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return len(self.samples)

    def cases(self, relation: Relation, literal: FactValue) -> frozenset[int]:
        """The cases in which the comparison holds."""
        return frozenset(n for n, sample in enumerate(self.samples) if self.holds(sample, relation, literal))

    def holds(self, value: FactValue, relation: Relation, literal: FactValue) -> bool:
        """Whether the comparison holds of a value."""
        return _RELATIONS[relation](self._rank(value), self._rank(literal))

    def _rank(self, value: FactValue) -> float:
        return self.levels.index(value) if isinstance(value, str) else value


def domains_of(facts: Mapping[str, FactDefinition], conditions: Iterable[Expression]) -> Mapping[str, Domain]:
    """The domain of every fact, as these conditions partition it."""
    figures: dict[str, set[float]] = {name: set() for name in facts}
    for condition in conditions:
        for atom in atoms(condition):
            if isinstance(atom, Compare) and not isinstance(atom.literal, str):
                figures[atom.name].add(atom.literal)
    return {name: _domain(fact, sorted(figures[name])) for name, fact in facts.items()}


def _domain(fact: FactDefinition, figures: list[float]) -> Domain:
    if fact.kind == "bool":
        return Domain((False, True))
    if fact.kind == "level":
        names = tuple(level.id for level in fact.levels)
        return Domain(names, names)
    return Domain(tuple(_whole(figures) if fact.kind == "count" else _decimal(figures)))


def _whole(figures: list[float]) -> Iterator[float]:
    """One whole number, from 0 on, for each figure and for each stretch before, between and after them that has any."""
    for before, figure in pairwise([-1, *figures]):
        if figure - before > 1:
            yield before + 1
        yield figure
    yield figures[-1] + 1 if figures else 0


def _decimal(figures: list[float]) -> Iterator[float]:
    for before, figure in pairwise([0, *figures]):
        if figure > before:
            yield (before + figure) / 2 if before else 0
        yield figure
    yield figures[-1] + 1 if figures else 0
