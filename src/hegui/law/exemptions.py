"""The general rule and its exceptions as one condition (一般规则与例外).

Knows that a rule needs its instrument's gate and its own condition, that an exception that lifts takes it away, that one that
imposes brings it back, and that the one that is `over` another has the last word. Two exceptions that say opposite things,
neither of them over the other, contradict each other where both hold: an error with both citations, never a choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from hegui.errors import InternalError
from hegui.kernel.logic import Verdict
from hegui.law.conditions import Conditions
from hegui.law.expression import All, Any, Expression, Not
from hegui.law.instruments import Instrument
from hegui.law.provisions import Exemption, Provision

__all__ = ["ContradictionError", "condition_of", "in_order", "refuse_contradiction", "rivals"]


class ContradictionError(InternalError):
    """The law as hegui holds it concludes two opposite things."""

    def __init__(self, where: str, first: str, second: str) -> None:
        problem = f"{first} and {second} both hold and conclude opposite things"
        super().__init__(
            "LAW030", where, problem, "Say in the data which is over the other, then run: hegui law validate"
        )
        self.citations = (first, second)


def condition_of(provision: Provision, instrument: Instrument) -> Expression:
    """When the provision applies: gate, general rule, then the exceptions, those that are over others last."""
    found = provision.when if instrument.gate is None else All((instrument.gate, provision.when))
    for one in in_order(provision.exemptions):
        if one.effect == "lifts":
            found = All((found, Not(one.when)))
        elif one.effect == "imposes":
            found = Any((found, one.when))
    return found


def in_order(exemptions: tuple[Exemption, ...]) -> list[Exemption]:
    """Those that give way first; the order of the file among equals."""
    waiting, found = list(exemptions), list[Exemption]()
    while waiting:
        placed = {one.id for one in found}
        ready = [one for one in waiting if placed.issuperset(one.over)] or waiting
        found.append(ready[0])
        waiting.remove(ready[0])
    return found


def rivals(provision: Provision) -> Iterator[tuple[Exemption, Exemption]]:
    """Pairs of exceptions with opposite effects, neither of which is over the other."""
    for one, other in combinations(provision.exemptions, 2):
        if {one.effect, other.effect} == {"lifts", "imposes"} and one.id not in other.over and other.id not in one.over:
            yield one, other


def refuse_contradiction(provision: Provision, conditions: Conditions) -> None:
    """Raises ContradictionError (LAW030) when two rivals both hold."""
    for one, other in rivals(provision):
        if conditions.verdict(All((one.when, other.when))) is Verdict.HOLDS:
            raise ContradictionError(
                provision.place, f"{provision.id} ({one.cites})", f"{provision.id} ({other.cites})"
            )
