"""How much of the law hegui holds, and how far that was checked (覆盖情况).

Knows that breadth is not verification: every count is split by confidence, and what was never checked is listed by id. Counts
provisions, not duties met.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import get_args

from hegui.law.book import LawBook
from hegui.law.expression import Always
from hegui.law.instruments import Confidence, Instrument
from hegui.law.provisions import Provision, State

__all__ = ["CONFIDENCES", "DUTIES", "STATES", "Count", "Coverage", "coverage"]

DUTIES = tuple(f"M{number:02}" for number in range(1, 31))
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class Count:
    """Some provisions, counted by confidence and state together."""

    cells: Mapping[tuple[Confidence, State], int]

    @property
    def total(self) -> int:
        return sum(self.cells.values())

    def of_confidence(self, confidence: Confidence) -> int:
        return sum(count for (one, _), count in self.cells.items() if one == confidence)

    def of_state(self, state: State) -> int:
        return sum(count for (_, one), count in self.cells.items() if one == state)


@dataclass(frozen=True)
class Coverage:
    """The counts of one law book.

    by_duty: rows M01 to M30, each present; a provision may belong to several. without_duty: provisions of no row.
    unchecked: provisions whose substance rests on own knowledge.
    unconditional: provisions whose own condition is `always`; their instrument's gate may still be one.
    """

    book: LawBook = field(repr=False)
    whole: Count
    by_instrument: tuple[tuple[Instrument, Count], ...]
    by_duty: Mapping[str, Count]
    without_duty: tuple[Provision, ...]
    unchecked: tuple[Provision, ...]
    unconditional: tuple[Provision, ...]

    @property
    def empty_duties(self) -> tuple[str, ...]:
        """Rows to which no provision belongs."""
        return tuple(duty for duty, count in self.by_duty.items() if not count.total)


def coverage(book: LawBook) -> Coverage:
    """Count the book."""
    provisions = tuple(book.provisions.values())
    of_instrument = ((one, [p for p in provisions if p.instrument == one.key]) for one in book.instruments.values())
    return Coverage(
        book=book,
        whole=_count(provisions),
        by_instrument=tuple((instrument, _count(own)) for instrument, own in of_instrument),
        by_duty={duty: _count(p for p in provisions if duty in p.duties) for duty in DUTIES},
        without_duty=tuple(p for p in provisions if not p.duties),
        unchecked=tuple(p for p in provisions if p.confidence == "own_knowledge"),
        unconditional=tuple(p for p in provisions if p.when == Always(True)),
    )


def _count(provisions: Iterable[Provision]) -> Count:
    return Count(Counter((one.confidence, one.state) for one in provisions))
