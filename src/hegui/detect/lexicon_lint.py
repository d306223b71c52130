"""What is doubtful in a list: terms twice, terms that another makes useless, too short ones, and such as hit ordinary text.

Knows a list and clean texts; knows no file. A doubt is a kind, the term and what it is about; none stops a list from being loaded.
What others swallow is asked of the screen: a term found inside another, of the same risk and no lesser severity,
without exceptions and at edges where it always holds, leaves the other nothing to find.
Rules: our own; the bounds are given by whoever asks, with defaults here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.documents import Document
from hegui.detect.families import families_of
from hegui.detect.lexicon import SEVERITIES, Lexicon, Term
from hegui.detect.lexicon_trial import Trial, try_list
from hegui.detect.screen import scan
from hegui.kernel.fold import fold, is_ideograph

__all__ = ["Doubt", "lint"]

MIN_HAN, MIN_LETTERS = 2, 3
"""Folded characters below which a term is short, counts: of Han characters, of others."""
COMMON = 0.001
"""Share of clean texts from which a term is held to hit common words: the bound for a whole policy on clean corpora."""

_OWN_GRADES = frozenset({"exact", "folded", "gapped"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt about a term.

    Attributes:
        kind: duplicate, swallowed, short, common, errs.
        other: the term it is a duplicate of, or by which it is swallowed; the grade by which it errs; else "".
        rows: clean texts that it hits, count; 0 where none were asked.
    """

    kind: str
    term_id: str
    other: str = ""
    rows: int = 0


def lint(lexicon: Lexicon, clean: Iterable[Document] = (), *, common: float = COMMON) -> tuple[list[Doubt], Trial]:
    """Every doubt about a list, and the trial on the clean texts, of which there may be none."""
    doubts = list(_duplicates(lexicon))
    twice = {doubt.term_id for doubt in doubts}
    doubts += (doubt for doubt in _swallowed(lexicon) if doubt.term_id not in twice)
    doubts += (Doubt("short", term.id) for term in lexicon.terms if _is_short(term))
    trial = try_list(CompiledLexicon(lexicon), clean)
    return doubts + list(_hitting(lexicon, trial, common)), trial


def _duplicates(lexicon: Lexicon) -> Iterator[Doubt]:
    first: dict[tuple[bool, str], Term] = {}
    for term in lexicon.terms:
        is_exact = term.mode == "exact"
        key = (is_exact, term.text if is_exact else fold(term.text))
        known = first.setdefault(key, term)
        if known is term:
            continue
        if (known.mode, term.mode) == (
            "word",
            "folded",
        ):  # the later one finds more, so the earlier is the one too many
            first[key], known, term = term, term, known
        yield Doubt("duplicate", term.id, known.id)


def _swallowed(lexicon: Lexicon) -> Iterator[Doubt]:
    bare = Lexicon(tuple(replace(term, variants=(), exceptions=()) for term in lexicon.terms))
    compiled, by_id = CompiledLexicon(bare), {term.id: term for term in lexicon.terms}
    for term in lexicon.terms:
        for finding in scan(compiled, term.text):
            other = by_id.get(finding.term_id)
            if other is None or other is term or finding.grade not in _OWN_GRADES:
                continue
            if _swallows(other, term, term.text[: finding.start], term.text[finding.end :]):
                yield Doubt("swallowed", term.id, other.id)
                break


def _swallows(other: Term, term: Term, before: str, after: str) -> bool:
    """Whether wherever `term` is found, `other` is: it was found in its text, between `before` and `after`."""
    if other.risk != term.risk or SEVERITIES.index(other.severity) < SEVERITIES.index(term.severity):
        return False
    if other.exceptions or not set(other.without) <= set(term.without):
        return False
    if not families_of(term.variants) <= families_of(other.variants):
        return False
    if other.mode == "exact":
        return term.mode == "exact"
    return other.mode == "folded" or all(_ends_word(term, side) for side in (before[-1:], after[:1]))


def _ends_word(term: Term, neighbour: str) -> bool:
    """Whether a word ends at this neighbour wherever the term stands; "" is the term's own edge."""
    return is_ideograph(neighbour) if neighbour else term.mode == "word"


def _is_short(term: Term) -> bool:
    text = term.text if term.mode == "exact" else fold(term.text)
    return len(text) < (MIN_HAN if any(map(is_ideograph, text)) else MIN_LETTERS)


def _hitting(lexicon: Lexicon, trial: Trial, common: float) -> Iterator[Doubt]:
    seen = trial.rows - trial.without_text
    by_grade: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for (term_id, grade), rows in trial.grades_of.items():
        by_grade[term_id].append((grade, rows))
    for term in lexicon.terms:
        rows = trial.by_term[term.id]
        if rows and rows >= common * seen:
            yield Doubt("common", term.id, "", rows)
        for grade, count in sorted(by_grade.get(term.id, ())):
            if grade not in _OWN_GRADES:
                yield Doubt("errs", term.id, grade, count)
