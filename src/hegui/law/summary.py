"""The answers that a reader looks for first: security assessment, filings, labels, export of personal information (要点).

Knows which provisions stand for which topic, and how an answer is counted; decides nothing that the assessment has not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from hegui.law.assessment import Answer, Assessment

__all__ = ["STATUSES", "Status", "Topic", "counts", "status", "topics"]

Status = Literal["applies", "when_it_happens", "unclear", "does_not_apply", "not_in_force"]
STATUSES: tuple[Status, ...] = get_args(Status)

TOPICS: Mapping[str, tuple[str, ...]] = {
    "security_assessment": ("IM-17-1",),
    "algorithm_filing": ("IM-17-2", "AR-24-1"),
    "model_filing": ("REG-F1", "REG-F2", "REG-F4"),
    "labels": ("LM-4", "LM-5", "DS-17"),
    "export": ("PIPL-38", "CBF"),
}
"""Topic → provisions, articles or whole instruments by the beginning of their ids."""


@dataclass(frozen=True)
class Topic:
    """A topic and its answers, in the order of the book; never none."""

    name: str
    answers: tuple[Answer, ...]

    def by_status(self) -> Mapping[Status, tuple[Answer, ...]]:
        """The answers of each status there is."""
        found = {one: tuple(a for a in self.answers if status(a) == one) for one in STATUSES}
        return {one: answers for one, answers in found.items() if answers}


def status(answer: Answer) -> Status:
    """The outcome, or that it applies when something happens."""
    return "when_it_happens" if answer.when_it_happens else answer.outcome


def topics(assessment: Assessment) -> tuple[Topic, ...]:
    """The topics of which the law book holds a provision."""
    found = (Topic(name, tuple(_of(assessment, cited))) for name, cited in TOPICS.items())
    return tuple(topic for topic in found if topic.answers)


def counts(answers: Iterable[Answer]) -> Mapping[str, int]:
    """How many answers there are of each status."""
    found = Counter(map(status, answers))
    return {one: found[one] for one in STATUSES}


def _of(assessment: Assessment, cited: tuple[str, ...]) -> Iterable[Answer]:
    return (
        answer
        for name, answer in assessment.answers.items()
        if any(name == one or name.startswith(f"{one}-") for one in cited)
    )
