"""Why a provision applies, or not, or cannot be told: the tree behind an answer (理由).

Knows how a condition breaks down into its parts and those into facts, each with its value and where that comes from: stated, with
place and source; derived, by a rule that is explained in turn; adopted, as counsel's reading; or missing. Makes no sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from hegui.kernel.logic import Verdict
from hegui.law.assessment import Answer, Assessment
from hegui.law.conditions import Conditions
from hegui.law.expression import All, Always, Any, Compare, Expression, Fact, Not, Reading
from hegui.law.facts import FactDefinition
from hegui.law.profile import AdoptedReading, Stated
from hegui.law.uncertainties import Uncertainty

__all__ = ["Branch", "Constant", "FactLeaf", "ReadingLeaf", "Reason", "decisive", "explain", "leaves"]


@dataclass(frozen=True)
class Constant:
    """Holds without condition, or never."""

    verdict: Verdict


@dataclass(frozen=True)
class FactLeaf:
    """A fact, or a comparison with one. `derived` explains a fact that nobody stated but a rule derives."""

    expression: Fact | Compare
    verdict: Verdict
    fact: FactDefinition
    stated: Stated | None
    derived: Reason | None


@dataclass(frozen=True)
class ReadingLeaf:
    """An unclear question of law, and the reading adopted, if any."""

    expression: Reading
    verdict: Verdict
    uncertainty: Uncertainty
    adopted: AdoptedReading | None


@dataclass(frozen=True)
class Branch:
    """Parts joined: all of them, any of them, or the contrary of one."""

    joined: Literal["all", "any", "not"]
    verdict: Verdict
    parts: tuple[Reason, ...]


Reason: TypeAlias = Constant | FactLeaf | ReadingLeaf | Branch


def explain(assessment: Assessment, answer: Answer) -> Reason:
    """The tree behind the answer: gate, general rule and exceptions, down to the facts."""
    return _reason(answer.condition, assessment)


def decisive(branch: Branch) -> tuple[Reason, ...]:
    """The parts that a reader needs: one that fails is enough for "all", one that holds for "any"; else every part."""
    enough = {"all": Verdict.FAILS, "any": Verdict.HOLDS}.get(branch.joined)
    if branch.verdict is not enough:
        return branch.parts
    return tuple(part for part in branch.parts if part.verdict is enough) or branch.parts


def leaves(reason: Reason) -> Iterator[FactLeaf | ReadingLeaf]:
    """The facts and readings of the tree, those that others were derived from included, each once."""
    seen: set[Expression] = set()
    yield from _leaves(reason, seen)


def _leaves(reason: Reason, seen: set[Expression]) -> Iterator[FactLeaf | ReadingLeaf]:
    match reason:
        case FactLeaf() | ReadingLeaf():
            if reason.expression not in seen:
                seen.add(reason.expression)
                yield reason
                if isinstance(reason, FactLeaf) and reason.derived is not None:
                    yield from _leaves(reason.derived, seen)
        case Branch():
            for part in reason.parts:
                yield from _leaves(part, seen)
        case Constant():
            return
        case _:
            assert_never(reason)


def _reason(expression: Expression, assessment: Assessment) -> Reason:
    conditions = assessment.conditions
    holds = conditions.verdict(expression)
    match expression:
        case Always():
            return Constant(holds)
        case Fact() | Compare():
            return _fact(expression, holds, assessment)
        case Reading(id):
            adopted = assessment.profile.readings.get(id)
            return ReadingLeaf(expression, holds, assessment.book.uncertainties[id], adopted)
        case Not(part):
            return Branch("not", holds, (_reason(part, assessment),))
        case All(parts):
            return Branch("all", holds, tuple(_reason(part, assessment) for part in parts))
        case Any(parts):
            return Branch("any", holds, tuple(_reason(part, assessment) for part in parts))
        case _:
            assert_never(expression)


def _fact(expression: Fact | Compare, holds: Verdict, assessment: Assessment) -> FactLeaf:
    fact = assessment.book.facts[expression.name]
    stated = assessment.profile.stated.get(fact.name)
    rule = None if stated is not None else _rule(fact, assessment.conditions)
    return FactLeaf(expression, holds, fact, stated, None if rule is None else _reason(rule, assessment))


def _rule(fact: FactDefinition, conditions: Conditions) -> Expression | None:
    """The part of the derivation that says something about an unstated fact."""
    rule = fact.derivation
    if rule is None:
        return None
    if rule.definition is not None:
        return rule.definition
    if rule.fails_if is not None and conditions.verdict(rule.fails_if) is Verdict.HOLDS:
        return Not(rule.fails_if)
    return rule.holds_if
