"""Try a list, or two side by side, on many texts: how many rows are hit, by which terms, and a few examples.

Knows lists and texts; knows no file. Memory is bounded by the lists and the number of examples, however many texts there are.
An example is what was found with a little around it; what of it may be shown, the face decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.documents import Document
from hegui.detect.findings import Finding
from hegui.detect.screen import is_clean, scan

__all__ = ["Comparison", "Example", "Trial", "try_list", "try_lists"]

AROUND = 12
"""Characters shown before and after a hit, count."""
EXAMPLES_PER_TERM = 3


@dataclass(frozen=True, slots=True)
class Example:
    """Where a term was found, and the text around it; `hit` is what was found."""

    place: str
    term_id: str
    risk: str
    grade: str
    before: str
    hit: str
    after: str


@dataclass(slots=True)
class Trial:
    """What a list does to the texts so far. Rows count once for each risk, term and grade that hits them."""

    most_examples: int = 20
    rows: int = 0
    without_text: int = 0
    hit: int = 0
    by_risk: Counter[str] = field(default_factory=Counter)
    by_term: Counter[str] = field(default_factory=Counter)
    by_grade: Counter[str] = field(default_factory=Counter)
    grades_of: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)
    _shown: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float | None:
        """Rows hit of all rows with a text; None while there are none."""
        seen = self.rows - self.without_text
        return self.hit / seen if seen else None

    def add(self, document: Document, findings: Iterable[Finding]) -> None:
        """Count a row."""
        self.rows += 1
        if document.text is None:
            self.without_text += 1
            return
        found = list(findings)
        self.hit += bool(found)
        self.by_risk.update({finding.risk for finding in found})
        self.by_term.update({finding.term_id for finding in found})
        self.by_grade.update({finding.grade for finding in found})
        self.grades_of.update({(finding.term_id, finding.grade) for finding in found})
        for finding in found:
            if len(self.examples) >= self.most_examples:
                return
            if self._shown[finding.term_id] < EXAMPLES_PER_TERM:
                self._shown[finding.term_id] += 1
                self.examples.append(_example(document.place, document.text, finding))


@dataclass(slots=True)
class Comparison:
    """Two lists on the same texts: each by itself, rows that only the new one hits, and rows that only the old one did."""

    new: Trial
    old: Trial
    newly_hit: Trial
    no_longer_hit: Trial


def try_list(lexicon: CompiledLexicon, texts: Iterable[Document], most_examples: int = 20) -> Trial:
    """What a list does to all of the texts."""
    trial = Trial(most_examples)
    for document in texts:
        trial.add(document, _findings(lexicon, document.text))
    return trial


def try_lists(
    new: CompiledLexicon, old: CompiledLexicon, texts: Iterable[Document], most_examples: int = 20
) -> Comparison:
    """What a list does to all of the texts, and what that changes against another."""
    found = Comparison(*(Trial(most_examples) for _ in range(4)))
    for document in texts:
        by_new, by_old = _findings(new, document.text), _findings(old, document.text)
        found.new.add(document, by_new)
        found.old.add(document, by_old)
        if by_new and not by_old:
            found.newly_hit.add(document, by_new)
        elif by_old and not by_new:
            found.no_longer_hit.add(document, by_old)
    return found


def _findings(lexicon: CompiledLexicon, text: str | None) -> tuple[Finding, ...]:
    return () if text is None or is_clean(lexicon, text) else scan(lexicon, text)


def _example(place: str, text: str, finding: Finding) -> Example:
    start, end = finding.start, finding.end
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return Example(place, finding.term_id, finding.risk, finding.grade, before, text[start:end][:200], after)
