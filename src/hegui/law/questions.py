"""What to find out next, ranked by how much the answer decides (下一个问题).

Knows open answers and the facts they depend on. For each such fact and each case of its answer it counts the provisions that
would be settled: a count, not an estimate. The question comes first whose least helpful answer settles most; then the one that
settles most over all its answers; then the one that bears on most; then the order in which facts are asked.
What the service is comes before what has happened to it: events open a case, they do not describe a service.
A fact on which nothing open depends any more is never asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hegui.kernel.diagrams import TRUE
from hegui.law.assessment import Answer, Assessment
from hegui.law.facts import FactDefinition, FactValue

__all__ = ["Case", "Leftover", "Question", "Waiting", "leftover", "matters", "questions"]


@dataclass(frozen=True)
class Case:
    """A possible answer, by a value that stands for it, and how many provisions it settles."""

    value: FactValue
    settles: int


@dataclass(frozen=True)
class Question:
    """A fact worth finding out. bears_on: open provisions that depend on it; cases: what each answer would settle."""

    fact: FactDefinition
    bears_on: int
    cases: tuple[Case, ...]

    @property
    def settles_at_least(self) -> int:
        """Provisions settled whatever the answer turns out to be."""
        return min(case.settles for case in self.cases)

    @property
    def is_decisive(self) -> bool:
        """Whether any answer settles all that depends on it."""
        return self.settles_at_least == self.bears_on

    @property
    def rank(self) -> tuple[int, int, int]:
        """Smaller is asked earlier."""
        return -self.settles_at_least, -sum(case.settles for case in self.cases), -self.bears_on


@dataclass(frozen=True)
class Waiting:
    """Something that open provisions wait for and no question will bring: a fact, or a question of law, by its name."""

    name: str
    bears_on: int


@dataclass(frozen=True)
class Leftover:
    """Why provisions stay open although nothing more is asked, each with what hangs on it, the most first.

    unknown: facts that were said to be unknown; readings: questions of law that a reading adopted by counsel would settle;
    events: facts about what has happened that nobody was asked.
    """

    unknown: tuple[Waiting, ...]
    readings: tuple[Waiting, ...]
    events: tuple[Waiting, ...]


def leftover(assessment: Assessment, *, events: bool = False) -> Leftover:
    """What the open answers wait for besides the questions that are asked; `events` as in `questions`."""
    book, profile, conditions = assessment.book, assessment.profile, assessment.conditions
    facts = Counter(name for answer in matters(assessment) for name in conditions.missing(answer.node))
    laws = Counter(name for answer in matters(assessment) for name in conditions.unclear(answer.node))
    left_out = {} if events else {n: c for n, c in facts.items() if n in book.events and n not in profile.open}
    return Leftover(_most({n: c for n, c in facts.items() if n in profile.open}), _most(laws), _most(left_out))


def _most(found: Mapping[str, int]) -> tuple[Waiting, ...]:
    ranked = sorted(found.items(), key=lambda item: -item[1])
    return tuple(Waiting(name, count) for name, count in ranked)


def questions(
    assessment: Assessment, answers: Iterable[Answer] | None = None, *, events: bool = False
) -> Sequence[Question]:
    """The facts that still matter to the open answers, the one that decides most first.

    Args:
        answers: the open answers that count; None for all of the assessment that `matters`.
        events: ask what has happened, too, not only what the service is.
    Returns:
        questions nobody has said to be unanswerable: facts stated as `unknown` are left out.
    """
    conditions = assessment.conditions
    waiting: dict[str, list[Answer]] = {}
    for answer in matters(assessment) if answers is None else answers:
        for name in conditions.missing(answer.node):
            if name not in assessment.profile.open and (events or name not in assessment.book.events):
                waiting.setdefault(name, []).append(answer)
    asked = [_question(assessment, name, found) for name, found in waiting.items()]
    order = {name: number for number, name in enumerate(assessment.book.facts)}
    phases = assessment.book.phases
    return sorted(asked, key=lambda q: (phases[q.fact.name], q.rank, order[q.fact.name]))


def matters(assessment: Assessment) -> list[Answer]:
    """The open answers about Chinese law: foreign law is there for comparison and asks nothing by itself."""
    return [answer for answer in assessment.open if answer.instrument.jurisdiction == "CN"]


def _question(assessment: Assessment, name: str, waiting: Sequence[Answer]) -> Question:
    fact = assessment.book.facts[name]
    settles = _settles_as_stated if fact.derivation else _settles
    samples = enumerate(assessment.book.domains[name].samples)
    cases = tuple(Case(value, settles(assessment, fact, number, value, waiting)) for number, value in samples)
    return Question(fact, len(waiting), cases)


def _settles(
    assessment: Assessment, fact: FactDefinition, number: int, value: FactValue, waiting: Sequence[Answer]
) -> int:
    counted = Counter(answer.node for answer in waiting)
    left = assessment.conditions.once(counted, fact.name, number)
    return sum(count for count, node in zip(counted.values(), left, strict=True) if node <= TRUE)


def _settles_as_stated(
    assessment: Assessment, fact: FactDefinition, number: int, value: FactValue, waiting: Sequence[Answer]
) -> int:
    """To state a fact that could be derived is more than to learn what the rule leaves open: it takes the rule's place."""
    conditions = assessment.conditions.stating(fact.name, value)
    return sum(conditions.node(answer.condition) <= TRUE for answer in waiting)
