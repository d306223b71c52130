"""Find many patterns in a text, and the longest suffix that may still become one.

Knows strings only; folding, modes and meaning belong to the caller. Works with an Aho-Corasick automaton for what is
complete and a dictionary of all prefixes for what is not: the state of a stream is the live suffix itself, so it can be
stored, compared and handed from one version of a lexicon to the next.
Why this pair, with figures: docs/design/screen.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ahocorasick_rs import AhoCorasick, MatchKind

__all__ = ["PrefixAutomaton"]


class PrefixAutomaton:
    """All patterns of one view of the text.

    Args:
        patterns: pattern → kinds, a bit set chosen by the caller. Every pattern is searched; none is empty.
        keep_complete: whether a complete pattern at the very end of a text stays live too, because what follows may
            still change it (a run of repeated letters).
    Attributes:
        patterns: sorted, in which order a large list is made a third sooner.
        prefixes: every live prefix → the kinds of the patterns it may become.
        first: the first characters of all patterns.
        longest: length of the longest live prefix.
        hits: text → the occurrences that do not overlap, in no useful order; empty where there is none.
    """

    __slots__ = ("_automaton", "first", "hits", "longest", "patterns", "prefixes")

    def __init__(self, patterns: Mapping[str, int], *, keep_complete: bool = False) -> None:
        self.patterns = tuple(sorted(patterns))
        self._automaton = (
            AhoCorasick(self.patterns, matchkind=MatchKind.Standard, store_patterns=False) if patterns else None
        )
        self.hits: Callable[[str], Sequence[object]] = (
            _no_hits if self._automaton is None else self._automaton.find_matches_as_indexes
        )
        self.prefixes, self.first = _prefixes(patterns, keep_complete)
        self.longest = max(map(len, patterns)) - (not keep_complete) if patterns else 0

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Every occurrence, overlapping ones included: (index into `patterns`, start, end)."""
        if self._automaton is None:
            return []
        return self._automaton.find_matches_as_indexes(text, overlapping=True)

    def has_any(self, text: str) -> bool:
        """Whether `find` would find anything."""
        return bool(self.hits(text))

    def live(self, text: str, admit: Callable[[int, int], int]) -> list[tuple[int, int]]:
        """Suffixes of `text` that are a live prefix, longest first, as (start, kinds).

        `admit(start, kinds)` gives back those of the kinds that hold at this place; 0 drops the suffix.
        Cost: at most one look-up for each of the last `longest` characters, however long the text.
        """
        size = len(text)
        first, prefixes, found = self.first, self.prefixes, []
        for start in range(max(0, size - self.longest), size):
            if text[start] in first:
                kinds = prefixes.get(text[start:])
                if kinds and (admitted := admit(start, kinds)):
                    found.append((start, admitted))
        return found


def _no_hits(_: str) -> tuple[()]:
    return ()


def _prefixes(patterns: Mapping[str, int], keep_complete: bool) -> tuple[dict[str, int], frozenset[str]]:
    """Prefixes and first characters: from the longest prefix down to one that has the kinds, as then all shorter have."""
    prefixes: dict[str, int] = {}
    first: set[str] = set()
    get = prefixes.get
    for pattern, kinds in patterns.items():
        prefix = pattern if keep_complete else pattern[:-1]
        while prefix:
            known = get(prefix, 0)
            if known & kinds == kinds:
                break
            prefixes[prefix] = known | kinds
            prefix = prefix[:-1]
        else:
            first.add(pattern[0])
    return prefixes, frozenset(first)
