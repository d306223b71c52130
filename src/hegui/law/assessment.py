"""Which provisions apply to a service, on a day, as far as it is known (适用性判断).

Knows a law book, a profile and two dates; asks no clock. Every answer carries what it rests on: its dates, the facts used and
missing, the exceptions considered, the questions of law left open, and the digest of the law.
UNKNOWN is an answer: it names what is missing and the condition that is left. Adding a fact may settle it and never turns a
settled one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

from hegui.errors import FileFaults
from hegui.kernel.diagrams import FALSE, TRUE
from hegui.kernel.logic import Verdict
from hegui.law.book import LawBook
from hegui.law.conditions import Conditions, settled
from hegui.law.exemptions import refuse_contradiction
from hegui.law.expression import Expression
from hegui.law.instruments import Instrument
from hegui.law.profile import REMEDY, Profile
from hegui.law.provisions import Exemption, Provision
from hegui.law.residual import residual
from hegui.law.timing import Timing, timing

__all__ = ["Answer", "Assessment", "Considered", "Outcome", "answer_all", "assess"]

Outcome = Literal["applies", "unclear", "does_not_apply", "not_in_force"]
"""适用、不明确、不适用、未施行."""


@dataclass(frozen=True)
class Considered:
    """An exception that was looked at, and whether it holds."""

    exemption: Exemption
    verdict: Verdict


@dataclass(frozen=True)
class Answer:
    """Whether one provision applies.

    condition: gate, rule and exceptions as one condition; node: the same under the profile, as a number of `conditions.forest`.
    counts: whether its time lets it bind: in force, or a draft where the draft view was asked for.
    before_events: the conditions of the same profile with all that has happened left open; events: the facts about that.
    """

    provision: Provision
    instrument: Instrument
    timing: Timing
    condition: Expression
    node: int
    counts: bool
    conditions: Conditions = field(repr=False, compare=False)
    before_events: Conditions = field(repr=False, compare=False)
    events: frozenset[str] = field(repr=False, compare=False)

    @property
    def verdict(self) -> Verdict:
        """What the facts say, whatever the dates."""
        return settled(self.node)

    @property
    def outcome(self) -> Outcome:
        """What facts and dates say together."""
        if not self.counts:
            return "not_in_force"
        if self.node == TRUE:
            return "applies"
        return "does_not_apply" if self.node == FALSE else "unclear"

    @property
    def missing(self) -> tuple[str, ...]:
        """Facts it still depends on; exactly these."""
        return self.conditions.missing(self.node)

    @property
    def unclear(self) -> tuple[str, ...]:
        """Questions of law it still depends on."""
        return self.conditions.unclear(self.node)

    @property
    def residual(self) -> Expression:
        """What is left of the condition: together with the facts it decides."""
        return residual(self.condition, self.conditions)

    @property
    def when_it_happens(self) -> bool:
        """Whether it does not apply, or is unclear, for no other reason than that nothing has happened yet (发生时适用).

        Exact: with every fact about what has happened left open it does not fail, and nothing else is missing.
        """
        if self.outcome not in ("does_not_apply", "unclear"):
            return False
        node = self.before_events.node(self.condition)
        if self.outcome == "does_not_apply":
            return node != FALSE
        return not self.unclear and self.events.issuperset(self.missing)

    @property
    def event_condition(self) -> Expression:
        """What is left of the condition with everything about what has happened left open."""
        return residual(self.condition, self.before_events)

    @property
    def exceptions(self) -> tuple[Considered, ...]:
        return tuple(Considered(one, self.conditions.verdict(one.when)) for one in self.provision.exemptions)


@dataclass(frozen=True)
class Assessment:
    """The answers of one law book to one profile on one day, in the order of the book."""

    book: LawBook = field(repr=False)
    profile: Profile
    as_of: date
    known_on: date | None
    draft: bool
    conditions: Conditions = field(repr=False)
    answers: Mapping[str, Answer] = field(repr=False)

    def with_outcome(self, outcome: Outcome) -> list[Answer]:
        return [answer for answer in self.answers.values() if answer.outcome == outcome]

    @cached_property
    def open(self) -> list[Answer]:
        """The answers that are unclear."""
        return self.with_outcome("unclear")

    @cached_property
    def questions_of_law(self) -> tuple[str, ...]:
        """Ids of the unclear questions that arise, or may arise, for this service."""
        arising = (u.id for u in self.book.uncertainties.values() if self.conditions.verdict(u.when) is Verdict.HOLDS)
        left = (question for answer in self.open for question in answer.unclear)
        return tuple(sorted({*arising, *left}, key=lambda name: int(name[1:])))


def assess(
    book: LawBook, profile: Profile, *, as_of: date, known_on: date | None = None, draft: bool = False
) -> Assessment:
    """What applies to the service.

    Args:
        as_of: civil day in Asia/Shanghai whose law is asked for.
        known_on: only what was published by then; None for all.
        draft: let drafts count as if they were law from their publication until something replaces them.
    Raises:
        FileFaults: LAW021, stated facts contradict what follows from other stated facts.
        ContradictionError: LAW030, the law data concludes two opposite things.
    """
    conditions = Conditions(book.facts, tuple(book.uncertainties), book.domains, profile)
    refuse_contradicted_facts(conditions)
    return answer_all(book, conditions, as_of=as_of, known_on=known_on, draft=draft)


def answer_all(
    book: LawBook, conditions: Conditions, *, as_of: date, known_on: date | None = None, draft: bool = False
) -> Assessment:
    """As `assess`, for conditions that are already there and whose facts are taken as they are."""
    answers = {}
    before = _before_events(book, conditions)
    for provision in book.provisions.values():
        refuse_contradiction(provision, conditions)
        answers[provision.id] = _answer(book, provision, conditions, before, as_of, known_on, draft)
    return Assessment(book, conditions.profile, as_of, known_on, draft, conditions, answers)


def refuse_contradicted_facts(conditions: Conditions) -> None:
    """Raises FileFaults (LAW021) for each stated fact that the other stated facts rule out."""
    faults = list(_contradicted(conditions))
    if faults:
        raise FileFaults("LAW021", conditions.profile.service, faults, REMEDY)


def _contradicted(conditions: Conditions) -> Iterable[tuple[str, str]]:
    """Each stated fact that what follows from the others rules out; of facts that only together cannot be, the last."""
    together = TRUE
    for name, stated in conditions.profile.stated.items():
        rule = conditions.facts[name].derivation
        if rule is None:
            continue
        possible = conditions.forest.both(together, conditions.agreement(name, stated.value is True))
        if possible != FALSE:
            together = possible
            continue
        said, follows = ("true", "false") if stated.value else ("false", "true")
        yield (
            stated.place or name,
            f"{name} is stated to be {said}, but {follows} follows from what else is stated: {rule.words.en}",
        )


def _before_events(book: LawBook, conditions: Conditions) -> Conditions:
    """The same conditions without what the profile says to have happened, or not."""
    stated = {name: one for name, one in conditions.profile.stated.items() if name not in book.events}
    if len(stated) == len(conditions.profile.stated):
        return conditions
    profile = replace(conditions.profile, stated=stated)
    return Conditions(conditions.facts, conditions.questions, conditions.domains, profile)


def _answer(
    book: LawBook,
    provision: Provision,
    conditions: Conditions,
    before: Conditions,
    as_of: date,
    known_on: date | None,
    draft: bool,
) -> Answer:
    instrument = book.instrument_of(provision)
    condition = book.conditions[provision.id]
    when = timing(provision, instrument, book.replaced_on(instrument), as_of, known_on)
    counts = when.binds or (draft and when.standing == "draft")
    node = conditions.node(condition)
    return Answer(provision, instrument, when, condition, node, counts, conditions, before, book.events)
