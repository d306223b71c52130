"""What differs between two lists: terms added, removed, changed, and in what.

Knows two lists; knows no store. A term is the same in both by its id; where the id is made from the text, by its text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hegui.detect.lexicon import Lexicon, Term, term_row

__all__ = ["Changed", "LexiconDiff", "compare"]


@dataclass(frozen=True, slots=True)
class Changed:
    """A term that is in both and differs: the names of what does."""

    before: Term
    after: Term
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LexiconDiff:
    """The difference, each part in the order of its list."""

    added: tuple[Term, ...]
    removed: tuple[Term, ...]
    changed: tuple[Changed, ...]

    @property
    def by_risk(self) -> dict[str, dict[str, int]]:
        """Risk → how many terms were added, removed, changed; a term that moved counts as changed where it went to."""
        counts = {
            "added": Counter(term.risk for term in self.added),
            "removed": Counter(term.risk for term in self.removed),
            "changed": Counter(change.after.risk for change in self.changed),
        }
        risks = sorted({risk for counter in counts.values() for risk in counter})
        return {risk: {name: counter[risk] for name, counter in counts.items()} for risk in risks}


def compare(before: Lexicon, after: Lexicon) -> LexiconDiff:
    """What makes `before` into `after`."""
    old, new = _by_id(before), _by_id(after)
    changed = tuple(
        Changed(old[identity], term, _differing(old[identity], term))
        for identity, term in new.items()
        if identity in old and old[identity] != term
    )
    return LexiconDiff(
        tuple(term for identity, term in new.items() if identity not in old),
        tuple(term for identity, term in old.items() if identity not in new),
        changed,
    )


def _by_id(lexicon: Lexicon) -> Mapping[str, Term]:
    return {term.id: term for term in lexicon.terms}


def _differing(before: Term, after: Term) -> tuple[str, ...]:
    old, new = term_row(before), term_row(after)
    return tuple(name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name))
