"""A closer look at the text a stream holds: through every view, hits and what is live, from where to hold and to keep.

Knows one look; keeps nothing from one to the next (see `screen`). Works in two steps: `read` once for each view,
then `settle`, which weighs the hits against the exceptions.
"""

from __future__ import annotations

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.families import disguises
from hegui.detect.findings import FLOOD, Finding
from hegui.detect.reading import Reading
from hegui.detect.views import EXCEPTION, Entry, View
from hegui.kernel.fold import MAX_RUN, SKIP, fold
from hegui.kernel.units import Units

__all__ = ["Look"]


class Look:
    """One look at a text.

    Attributes:
        hold: raw offset from where nothing may go: what stands there may still become a finding.
        keep: raw offset from where the text must be seen again; at most `hold`, unless an exception is decided later.
    """

    def __init__(self, lexicon: CompiledLexicon, text: str, final: bool) -> None:
        self.lexicon, self.text, self.final = lexicon, text, final
        self.hold = self.keep = len(text)
        self.hits: list[tuple[int, str, int, int, bool]] = []  # term, grade, raw start, raw end, seen unwrapped
        self.floods: list[tuple[int, int]] = []
        # An exception excuses what was read the way it was read itself: as it stands, or unwrapped.
        self.harmless: list[tuple[int, int, int, bool]] = []  # term, raw start, raw end, seen unwrapped
        self.excused: list[tuple[int, int, int]] = []  # term, raw start, raw end: decided, and no finding
        self.maybe_harmless: list[tuple[int, str, bool]] = []  # raw start, folded live prefix, seen unwrapped

    def read(self, view: View, units: Units, marked: str, before: str, unwrapped: bool) -> None:
        """Look through one view; `unwrapped` when it reads other units than the text as it stands."""
        reading = Reading(view, units, marked, before, self.final, unwrapped)
        for pattern, start, end in view.automaton.find(reading.folded):
            for entry in view.entries[pattern]:
                self._hit(reading, entry, start, end)
        if not self.final:
            for start, kinds in view.automaton.live(reading.folded, reading.admit):
                self._live(reading, start, kinds)
        if reading.breaks:
            self._flood(reading)

    def _hit(self, reading: Reading, entry: Entry, start: int, end: int) -> None:
        raw_start, raw_end = reading.raw_span(start, end)
        if entry.kind == EXCEPTION:
            self.harmless.append((entry.term, raw_start, raw_end, reading.unwrapped))
            return
        holds = reading.holds(entry, start, end)
        if holds is None:
            self.hold = min(self.hold, raw_start)
        elif holds and not (self.lexicon.without and self._is_left_out(reading, entry, start, end)):
            grade = entry.grade or reading.view.grade or self._grade(entry.term, raw_start, raw_end)
            self.hits.append((entry.term, grade, raw_start, raw_end, reading.unwrapped))

    def _is_left_out(self, reading: Reading, entry: Entry, start: int, end: int) -> bool:
        """Whether what was found takes a folding that the term does without, and that its own text does not take."""
        without = self.lexicon.without.get(entry.term)
        if without is None:
            return False
        units = reading.unit_text(start, end)
        raw_start, raw_end = reading.raw_span(start, end)
        if "wrapped" in without and reading.unwrapped and units != self.text[raw_start:raw_end]:
            return True
        taken = disguises(units.replace(SKIP, "")) - disguises(self.lexicon.terms[entry.term].text)
        return not without.isdisjoint(taken)

    def _grade(self, term: int, start: int, end: int) -> str:
        surface = self.text[start:end]
        if surface == self.lexicon.terms[term].text:
            return "exact"
        return "gapped" if any(not fold(character) for character in surface) else "folded"

    def _live(self, reading: Reading, start: int, kinds: int) -> None:
        raw = reading.raw_span(start, start + 1)[0]
        if kinds & ~EXCEPTION:
            self.hold = min(self.hold, raw)
        if kinds & EXCEPTION:
            self.keep = min(self.keep, raw)
            self.maybe_harmless.append((raw, reading.folded[start:], reading.unwrapped))

    def _flood(self, reading: Reading) -> None:
        for at in reading.breaks:
            live = [
                start
                for start, kinds in reading.view.automaton.live(reading.folded[:at], reading.admit)
                if kinds & ~EXCEPTION
            ]
            if live:
                start = reading.raw_span(live[0], live[0] + 1)[0]
                self.floods.append((start, reading.raw_span(at, at + 1)[0] + MAX_RUN))

    def settle(self) -> None:
        """Drop the hits that stand inside an exception; hold those that still may come to."""
        settled = []
        for hit in self.hits:
            term, _, start, end, unwrapped = hit
            phrases = self.lexicon.exceptions.get(term, ())
            if any(t == term and s <= start and end <= e and u == unwrapped for t, s, e, u in self.harmless):
                self.excused.append((term, start, end))
                continue
            waiting = [
                s
                for s, read, u in self.maybe_harmless
                if s <= start and u == unwrapped and any(p.startswith(read) and p != read for p in phrases)
            ]
            if waiting:
                self.hold = min(self.hold, start)
                self.keep = min(self.keep, *waiting)
                continue
            settled.append(hit)
        self.hits = settled

    def excused_keys(self, offset: int) -> set[tuple[str, int, int]]:
        """The hits that were decided to be harmless, as they are remembered."""
        return {(self.lexicon.terms[term].id, start + offset, end + offset) for term, start, end in self.excused}

    def found(self, offset: int) -> list[Finding]:
        """The findings of this look, by where they end, each term once a place."""
        terms = self.lexicon.terms
        found: dict[tuple[str, int, int], Finding] = {}
        for number, grade, start, end, _ in self.hits:
            term = terms[number]
            key = (term.id, start + offset, end + offset)
            found.setdefault(key, Finding(term.id, term.risk, term.severity, grade, *key[1:]))
        for start, end in self.floods:
            key = (FLOOD, start + offset, end + offset)
            found.setdefault(key, Finding(FLOOD, "", "high", FLOOD, *key[1:]))
        return sorted(found.values(), key=lambda finding: (finding.end, finding.start))
