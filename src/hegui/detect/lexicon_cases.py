"""Run the test cases that the terms of a list carry: texts each must be found in, and texts it must not.

Knows a list and its cases; knows no file and no store. A case is about its own term: what others find there is left aside.
Rules: our own; docs/lexicon.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.lexicon import Lexicon, Term
from hegui.detect.screen import scan

__all__ = ["CaseFailure", "count_cases", "failing_cases", "overdue"]


@dataclass(frozen=True, slots=True)
class CaseFailure:
    """A case that does not come out as its owner wrote: the term is not found (`hits`), or is (`passes`)."""

    term_id: str
    wanted: str
    text: str


def failing_cases(lexicon: Lexicon) -> tuple[CaseFailure, ...]:
    """Every case that fails, in the order of the list."""
    if not any(term.hits or term.passes for term in lexicon.terms):
        return ()
    return tuple(_failing(lexicon, CompiledLexicon(lexicon)))


def count_cases(lexicon: Lexicon) -> int:
    """How many cases the list carries."""
    return sum(len(term.hits) + len(term.passes) for term in lexicon.terms)


def overdue(lexicon: Lexicon, on: date) -> tuple[Term, ...]:
    """The terms whose review date has passed by a civil day in Shanghai, the longest overdue first."""
    late = ((term.review_by, term) for term in lexicon.terms if term.review_by is not None and term.review_by < on)
    return tuple(term for _, term in sorted(late, key=lambda one: one[0]))


def _failing(lexicon: Lexicon, compiled: CompiledLexicon) -> Iterator[CaseFailure]:
    for term in lexicon.terms:
        for wanted, texts in (("hits", term.hits), ("passes", term.passes)):
            for text in texts:
                is_found = any(finding.term_id == term.id for finding in scan(compiled, text))
                if is_found != (wanted == "hits"):
                    yield CaseFailure(term.id, wanted, text)
