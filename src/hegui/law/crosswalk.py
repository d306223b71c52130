"""A service's Chinese duties beside the law of the EU, the United Kingdom or the United States (域外对照).

Knows three things and keeps them apart: which Chinese provisions apply here, what comes nearest to each over there, and which
foreign provisions of the law book apply over there by their own triggers and dates. A nearest counterpart is no equivalence.
What nobody stated stays unknown: with the market unanswered, every foreign provision is open and the answer says what to ask.
Foreign law outside the law book is named in words only; the answer does not say whether it applies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from hegui.kernel.logic import Verdict
from hegui.law.assessment import Answer, Assessment
from hegui.law.crosswalk_rows import Abroad, Counterpart, CrosswalkRow

__all__ = ["Crosswalk", "ForeignAnswer", "ForeignStatus", "RowHere", "crosswalk"]

ForeignStatus = Literal["applies", "will_apply", "may_apply", "undated", "does_not_apply", "ended"]
"""适用、将适用、可能适用、未载明施行日期、不适用、已失效. may_apply: facts are missing; undated: its facts are given, but it is a
principle, or our sources name no day of effect."""


@dataclass(frozen=True)
class ForeignAnswer:
    """A foreign provision for this service."""

    answer: Answer

    @property
    def id(self) -> str:
        return self.answer.provision.id

    @property
    def status(self) -> ForeignStatus:
        if self.answer.verdict is Verdict.FAILS:
            return "does_not_apply"
        if self.answer.timing.standing == "ended":
            return "ended"
        if self.answer.verdict is Verdict.UNKNOWN:
            return "may_apply"
        if self.answer.counts:
            return "applies"
        return "will_apply" if self.answer.timing.standing in ("not_yet", "unpublished") else "undated"

    @property
    def is_live(self) -> bool:
        """Whether it binds the service, or will, or may."""
        return self.status not in ("does_not_apply", "ended")


@dataclass(frozen=True)
class RowHere:
    """A Chinese provision that applies, or may, with what comes nearest; `counterpart` None: there is none over there."""

    row: CrosswalkRow
    answer: Answer
    counterpart: Counterpart | None
    foreign: tuple[ForeignAnswer, ...]

    @property
    def related(self) -> tuple[ForeignAnswer, ...]:
        """Foreign provisions that come near, and reach the service, or will, or may."""
        return tuple(one for one in self.foreign if one.is_live)

    @property
    def also_served(self) -> tuple[ForeignAnswer, ...]:
        """Those towards which the control for this duty also counts: only where the two are close enough."""
        return self.related if self.row.closeness in ("strong", "medium") else ()


@dataclass(frozen=True)
class Crosswalk:
    """The comparison for one service and one jurisdiction."""

    assessment: Assessment
    to: Abroad
    rows: tuple[RowHere, ...]
    foreign: Mapping[str, ForeignAnswer]

    @property
    def without_counterpart(self) -> tuple[RowHere, ...]:
        """What is asked here, compared, and has no counterpart over there."""
        return tuple(one for one in self.rows if one.counterpart is None)

    @cached_property
    def missing_there(self) -> tuple[ForeignAnswer, ...]:
        """Foreign provisions that reach the service, or may, and that no Chinese duty of this service comes near."""
        served = {one.id for row in self.rows for one in row.foreign}
        return tuple(one for one in self.foreign.values() if one.is_live and one.id not in served)

    @cached_property
    def not_compared(self) -> tuple[Answer, ...]:
        """Chinese duties and prohibitions that apply and for which no comparison is held."""
        compared = {row.row.provision for row in self.rows}
        applying = self.assessment.with_outcome("applies")
        return tuple(
            one
            for one in applying
            if one.instrument.jurisdiction == "CN" and one.provision.is_obligation and one.provision.id not in compared
        )

    @cached_property
    def to_ask(self) -> tuple[tuple[str, int], ...]:
        """Facts that foreign provisions still need, with how many need them; those that most need come first."""
        needed = Counter(
            fact for one in self.foreign.values() if one.status == "may_apply" for fact in one.answer.missing
        )
        order = list(self.assessment.book.facts)
        return tuple(sorted(needed.items(), key=lambda item: (-item[1], order.index(item[0]))))


def crosswalk(assessment: Assessment, rows: Iterable[CrosswalkRow], to: Abroad) -> Crosswalk:
    """Compare an assessment, made for any day, with one jurisdiction."""
    foreign = {
        name: ForeignAnswer(answer)
        for name, answer in assessment.answers.items()
        if answer.instrument.jurisdiction == to
    }
    return Crosswalk(assessment, to, tuple(_rows(assessment, rows, to, foreign)), foreign)


def _rows(
    assessment: Assessment, rows: Iterable[CrosswalkRow], to: Abroad, foreign: Mapping[str, ForeignAnswer]
) -> Iterator[RowHere]:
    order = list(assessment.answers)
    for row in sorted(rows, key=lambda one: order.index(one.provision)):
        answer = assessment.answers[row.provision]
        if answer.outcome in ("applies", "unclear"):
            counterpart = row.counterparts.get(to)
            named = counterpart.provisions if counterpart else ()
            yield RowHere(row, answer, counterpart, tuple(foreign[name] for name in named))
