"""Conditions as decision diagrams, under what a profile states.

Knows how a fact becomes a variable, with the cases of its domain, and a question of law another, with the readings a and b.
Stated facts and adopted readings become constants, derived facts their rule. What is left depends exactly on what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import assert_never

from hegui.errors import InputError
from hegui.kernel.diagrams import FALSE, TRUE, DiagramTooLargeError, Forest
from hegui.kernel.logic import Verdict, verdict
from hegui.law.domains import Domain
from hegui.law.expression import All, Always, Any, Compare, Expression, Fact, Not, Reading, written
from hegui.law.facts import FactDefinition, FactValue
from hegui.law.profile import Profile, Stated

__all__ = ["Conditions", "settled"]

READINGS = ("a", "b")


@dataclass
class Conditions:
    """Conditions under one profile; equal conditions are equal numbers.

    facts: every fact in the order in which it is asked; questions: ids of the questions of law.
    domains: how the law partitions the values of each fact.
    """

    facts: Mapping[str, FactDefinition]
    questions: tuple[str, ...]
    domains: Mapping[str, Domain]
    profile: Profile

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return (*self.facts, *self.questions)

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {name: number for number, name in enumerate(self._names)}

    @cached_property
    def forest(self) -> Forest:
        sizes = [self.domains[name].size for name in self.facts]
        return Forest([*sizes, *(len(READINGS) for _ in self.questions)])

    @cached_property
    def _derived(self) -> dict[str, int]:
        return {}

    @cached_property
    def _compiled(self) -> dict[Expression, int]:
        return {}

    def node(self, expression: Expression) -> int:
        """The condition as a number of the forest. Raises InputError (LAW031) where that would take too much memory."""
        found = self._compiled.get(expression)
        if found is None:
            try:
                found = self._compiled[expression] = self._node(expression)
            except DiagramTooLargeError:
                problem = "too many facts hang together here to decide it for all of them"
                remedy = "Make a fact of a part that comes often, or put facts that belong together beside each other."
                raise InputError("LAW031", written(expression)[:200], problem, remedy) from None
        return found

    def verdict(self, expression: Expression) -> Verdict:
        """Whether the condition holds, whatever the missing facts may turn out to be."""
        return settled(self.node(expression))

    def missing(self, node: int) -> tuple[str, ...]:
        """The facts on which the condition still depends, in the order in which they are asked."""
        return tuple(self._names[number] for number in sorted(self.forest.support(node)) if number < len(self.facts))

    def unclear(self, node: int) -> tuple[str, ...]:
        """The questions of law on which the condition still depends."""
        return tuple(self._names[number] for number in sorted(self.forest.support(node)) if number >= len(self.facts))

    def once(self, nodes: Iterable[int], name: str, case: int) -> list[int]:
        """Each condition, once the fact `name` has its case number `case`."""
        return self.forest.given_each(nodes, {self._numbers[name]: case})

    def stating(self, name: str, value: FactValue) -> Conditions:
        """The conditions under the profile that states this fact too."""
        stated = {**self.profile.stated, name: Stated(value)}
        return Conditions(self.facts, self.questions, self.domains, replace(self.profile, stated=stated))

    def example(self, node: int) -> Mapping[str, FactValue] | None:
        """Facts and readings under which the condition holds; None when it never does."""
        found = self.forest.example(node)
        return (
            None
            if found is None
            else {self._names[number]: self._value(number, case) for number, case in found.items()}
        )

    def _value(self, number: int, case: int) -> FactValue:
        return self.domains[self._names[number]].samples[case] if number < len(self.facts) else READINGS[case]

    def fact(self, name: str) -> int:
        """The condition that a true-or-false fact holds: as stated, or as derived, or open."""
        found = self._derived.get(name)
        if found is None:
            stated = self.profile.stated.get(name)
            found = self.derivation(name) if stated is None else TRUE if stated.value else FALSE
            self._derived[name] = found
        return found

    def derivation(self, name: str) -> int:
        """What the rule makes of a derived fact, whether or not it was stated; the fact itself where the rule says nothing."""
        rule = self.facts[name].derivation
        own = self.forest.where(self._numbers[name], [1])
        if rule is None:
            return own
        if rule.definition is not None:
            return self.node(rule.definition)
        holds = self.node(rule.holds_if) if rule.holds_if else FALSE
        fails = self.node(rule.fails_if) if rule.fails_if else FALSE
        return self.forest.either(holds, self.forest.both(self.forest.negation(fails), own))

    def agreement(self, name: str, value: bool) -> int:
        """The condition that the rule of a derived fact, stated to be `value`, says the same."""
        follows = self.forest.given(self.derivation(name), {self._numbers[name]: int(value)})
        return follows if value else self.forest.negation(follows)

    def _node(self, expression: Expression) -> int:
        forest = self.forest
        match expression:
            case Always(holds):
                return TRUE if holds else FALSE
            case Fact(name):
                return self.fact(name)
            case Compare():
                return self._compare(expression)
            case Reading(id, taken):
                return self._reading(id, taken)
            case Not(part):
                return forest.negation(self.node(part))
            case All(parts):
                return forest.all_of(map(self.node, parts))
            case Any(parts):
                return forest.any_of(map(self.node, parts))
            case _:
                assert_never(expression)

    def _compare(self, atom: Compare) -> int:
        domain = self.domains[atom.name]
        stated = self.profile.stated.get(atom.name)
        if stated is None:
            return self.forest.where(self._numbers[atom.name], domain.cases(atom.relation, atom.literal))
        return TRUE if domain.holds(stated.value, atom.relation, atom.literal) else FALSE

    def _reading(self, question: str, taken: str) -> int:
        adopted = self.profile.readings.get(question)
        if adopted is None:
            return self.forest.where(self._numbers[question], [READINGS.index(taken)])
        return TRUE if adopted.taken == taken else FALSE


def settled(node: int) -> Verdict:
    """HOLDS or FAILS for a settled condition, else UNKNOWN."""
    return verdict(None if node > TRUE else node == TRUE)
