"""Screen a text, or a stream of it cut anywhere, against a lexicon: what was found, and how far it is safe to let go.

For lexicon L, folding F and every way of cutting the text into fragments (DESIGN §3):

    (a) F(what was let go) contains no term of L, and no prefix of a term that was completed later
    (b) what is let go is a prefix of the original
    (c) what is withheld begins exactly where the longest live prefix begins: no window, nothing on text that starts no term
    (d) text without findings comes out whole and unchanged
    (e) work per character is bounded by the longest term, and so is the state; a longer run of skipped characters inside
        a term is itself a finding, of grade "flood"
    (f) the findings are those of the whole text

Knows no policy: it does not know which findings matter, only where they are. Offsets are raw characters from the
beginning of the text. In the views `latin` and `sound` (see `views`) what is withheld may begin earlier than (c) asks,
never later. A term in mode `word` is live only at the beginning of a word, and waits for the end of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hegui.detect.lexicon import Lexicon, Severity, Term
from hegui.detect.views import EXCEPTION, WORD, Entry, View, compile_views
from hegui.kernel.fold import BREAK, MAX_RUN, SKIP, fold, is_invisible, is_wordlike
from hegui.kernel.units import Units, needs_unwrapping, plain_units, unwrap

__all__ = ["FLOOD", "CompiledLexicon", "Finding", "LexiconStream", "Step", "scan"]

FLOOD = "flood"
"""The term id of a finding that is no term: an over-long run of skipped characters inside one."""

MIN_FREE_GAPS = 5
"""Letters of a `word` term from which single gaps are disregarded; shorter ones must be spaced all through, or not at all."""

_OVERLONG = re.compile(f"{SKIP}{{{MAX_RUN + 1},}}")
_ASCII_WORD = re.compile("[0-9a-z]")


@dataclass(frozen=True, slots=True)
class Finding:
    """A term found.

    Attributes:
        term_id: id of the term, or FLOOD.
        risk: one of the 31 risk ids; "" for a flood.
        grade: exact, folded, gapped, variant, decoded, flood.
        start, end: raw characters from the beginning of the text, half-open.
    """

    term_id: str
    risk: str
    severity: Severity
    grade: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Step:
    """What a fragment brought: new findings, and the raw offset up to which nothing can change any more."""

    safe: int
    findings: tuple[Finding, ...]


class CompiledLexicon:
    """A lexicon ready to screen with; immutable, shared by all streams that began under it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.terms: tuple[Term, ...] = lexicon.terms
        self.views: tuple[View, ...] = compile_views(lexicon.terms)
        self.exceptions: dict[int, tuple[str, ...]] = {
            number: tuple(map(fold, term.exceptions)) for number, term in enumerate(lexicon.terms) if term.exceptions
        }

    @property
    def digest(self) -> str:
        """Digest of the list; computed when first asked for."""
        return self._lexicon.digest

    def stream(self) -> LexiconStream:
        """A fresh stream under this version."""
        return LexiconStream(self)


def scan(lexicon: CompiledLexicon, text: str) -> tuple[Finding, ...]:
    """Every finding in a whole text; what a stream of it would find."""
    return LexiconStream(lexicon).feed(text, final=True).findings


class LexiconStream:
    """One text on its way, fragment by fragment.

    The state is the text since the longest live prefix, nothing else but a few offsets: cheap to copy (`fork`).
    """

    __slots__ = ("_before", "_buffer", "_lexicon", "_offset", "_safe", "_settled")

    def __init__(self, lexicon: CompiledLexicon) -> None:
        self._lexicon = lexicon
        self._buffer = ""
        self._offset = 0  # raw offset of the buffer's first character
        self._safe = 0
        self._before = ("", "")  # last visible character before the buffer, as it stands and unwrapped
        self._settled: frozenset[tuple[str, int, int]] = frozenset()

    def fork(self) -> LexiconStream:
        """A copy that goes its own way."""
        twin = LexiconStream(self._lexicon)
        twin._buffer, twin._offset, twin._safe = self._buffer, self._offset, self._safe
        twin._before, twin._settled = self._before, self._settled
        return twin

    @property
    def length(self) -> int:
        """Raw characters fed so far."""
        return self._offset + len(self._buffer)

    def feed(self, fragment: str, *, final: bool = False) -> Step:
        """Take the next fragment, of any length; with `final`, nothing follows."""
        text = self._buffer + fragment
        wrapped = needs_unwrapping(text)
        plain = plain_units(text) if wrapped else Units(text, None, len(text), False)
        bare = unwrap(text, final=final) if wrapped else plain
        # Unwrapped, the text or what stands before it is another one.
        differs = wrapped or self._before[0] != self._before[1]
        if not (differs or final or self._buffer) and self._is_dead(text):
            return self._let_go(text)
        look = _Look(self._lexicon, text, final)
        folded = ""
        for view in self._lexicon.views:
            if view.name == "exact":
                look.read(view, plain, view.map_text(plain.text), "", False)
                continue
            if view.name == "unwrapped" and not differs:
                continue
            units, before = (plain, self._before[0]) if view.name == "plain" else (bare, self._before[1])
            marked = view.map_text(units.text)
            read = marked.replace(SKIP, "")
            if view.name == "plain":
                folded = read
            elif view.name == "latin" and not differs and _is_undisguised(read, folded, text):
                continue  # what the plain view saw is all there is
            look.read(view, units, marked, before, differs and view.name != "plain")
        return self._advance(look, plain, bare)

    def _is_dead(self, text: str) -> bool:
        """Whether nothing in the text is a term or may become one; False when that takes a closer look."""
        folded = ""
        for view in self._lexicon.views:
            if view.name == "unwrapped":
                continue
            if view.name == "exact":
                read = view.map_text(text)
            else:
                read = view.map_text(text).replace(SKIP, "")
                if view.name == "plain":
                    folded = read
                elif view.name == "latin" and _is_undisguised(read, folded, text):
                    continue
            if view.automaton.find(read) or view.automaton.live(read, _admit_all):
                return False
        return len(text) <= MAX_RUN

    def _let_go(self, text: str) -> Step:
        """All of it is safe."""
        self._before = (last := _last_visible(Units(text, None, len(text), False), len(text)) or self._before[0], last)
        self._offset += len(text)
        self._safe = self._offset
        self._buffer = ""
        self._settled = frozenset()
        return Step(self._safe, ())

    def _advance(self, look: _Look, plain: Units, bare: Units) -> Step:
        look.settle()
        text, size = look.text, len(look.text)
        hold = min(look.hold, size)
        for units in (plain, bare):
            if units.may_be_letter and not look.final:
                hold = min(hold, units.open_at)
        keep = size if look.final else min(hold, look.keep, plain.open_at, bare.open_at)
        keep = min(plain.boundary(keep), bare.boundary(keep)) if keep < size else size
        findings = tuple(f for f in look.found(self._offset) if not self._is_known(f))
        safe = self._offset + (size if look.final else hold)
        self._safe = max(self._safe, safe)
        if findings or look.excused or self._settled:
            known = {(f.term_id, f.start, f.end) for f in findings} | self._settled | look.excused_keys(self._offset)
            self._settled = frozenset(key for key in known if key[2] > self._offset + keep)
        if keep:
            self._before = (
                _last_visible(plain, keep) or self._before[0],
                _last_visible(bare, keep) or self._before[1],
            )
        self._offset += keep
        self._buffer = text[keep:]
        return Step(self._safe, findings)

    def _is_known(self, finding: Finding) -> bool:
        return (finding.term_id, finding.start, finding.end) in self._settled


def _admit_all(_: int, kinds: int) -> int:
    return kinds


def _is_undisguised(latin: str, plain: str, text: str) -> bool:
    """Whether the two views read the same letters, and no capital or foreign I that could pose as an l."""
    return (latin == plain and plain.count("i") == text.count("i")) or _ASCII_WORD.search(latin) is None


def _last_visible(units: Units, raw_end: int) -> str:
    """The last visible unit that begins before `raw_end`; "" when there is none."""
    unit = raw_end if units.starts is None else _first_at(units.starts, raw_end)
    while unit > 0:
        unit -= 1
        character = units.text[unit]
        if character.isalnum() or not is_invisible(character):
            return character
    return ""


def _first_at(starts: Sequence[int], raw: int) -> int:
    unit = len(starts) - 1
    while unit > 0 and starts[unit - 1] >= raw:
        unit -= 1
    return unit


class _Look:
    """One look at the buffer through every view: hits, what is live, and from where to hold and to keep."""

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
        reading = _Reading(view, units, marked, before, self.final, unwrapped)
        for pattern, start, end in view.automaton.find(reading.folded):
            for entry in view.entries[pattern]:
                self._hit(reading, entry, start, end)
        if not self.final:
            for start, kinds in view.automaton.live(reading.folded, reading.admit):
                self._live(reading, start, kinds)
        if reading.breaks:
            self._flood(reading)

    def _hit(self, reading: _Reading, entry: Entry, start: int, end: int) -> None:
        raw_start, raw_end = reading.raw_span(start, end)
        if entry.kind == EXCEPTION:
            self.harmless.append((entry.term, raw_start, raw_end, reading.unwrapped))
            return
        holds = reading.holds(entry, start, end)
        if holds is None:
            self.hold = min(self.hold, raw_start)
        elif holds:
            grade = entry.grade or reading.view.grade or self._grade(entry.term, raw_start, raw_end)
            self.hits.append((entry.term, grade, raw_start, raw_end, reading.unwrapped))

    def _grade(self, term: int, start: int, end: int) -> str:
        surface = self.text[start:end]
        if surface == self.lexicon.terms[term].text:
            return "exact"
        return "gapped" if any(not fold(character) for character in surface) else "folded"

    def _live(self, reading: _Reading, start: int, kinds: int) -> None:
        raw = reading.raw_span(start, start + 1)[0]
        if kinds & ~EXCEPTION:
            self.hold = min(self.hold, raw)
        if kinds & EXCEPTION:
            self.keep = min(self.keep, raw)
            self.maybe_harmless.append((raw, reading.folded[start:], reading.unwrapped))

    def _flood(self, reading: _Reading) -> None:
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


class _Reading:
    """The buffer as one view reads it, with the way back from folded offsets to units and raw characters."""

    def __init__(self, view: View, units: Units, marked: str, before: str, final: bool, unwrapped: bool) -> None:
        self.view, self.units, self.before, self.final, self.unwrapped = view, units, before, final, unwrapped
        self._marked = marked
        self._index: Sequence[int] | None = [] if view.name == "exact" else None
        self.breaks: list[int] = []
        if view.name == "exact":
            self._index = list(range(len(marked)))
            self.folded = marked
            return
        if len(marked) > MAX_RUN and _OVERLONG.search(marked):
            self._marked = marked = _OVERLONG.sub(lambda run: BREAK + SKIP * (len(run[0]) - 1), marked)
        self.folded = marked.replace(SKIP, "")
        if len(marked) > MAX_RUN and BREAK in marked:
            self.breaks = [i for i, character in enumerate(self.folded) if character == BREAK]

    @property
    def index(self) -> Sequence[int]:
        """Folded offset → unit."""
        if self._index is None:
            if len(self.folded) == len(self.units.text) and self.folded == self._marked:
                self._index = range(len(self.folded))
                return self._index
            spread = (unit for unit, character in enumerate(self.units.text) for _ in self.view.map_unit(character))
            self._index = [unit for unit, mark in zip(spread, self._marked, strict=True) if mark != SKIP]
        return self._index

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Raw characters of the folded span, a run of repeated letters at its end included."""
        first, last = self.index[start], self._last_unit(end)
        return self.units.raw(first), self.units.raw(last + 1)

    def _last_unit(self, end: int) -> int:
        last = self.index[end - 1]
        if self.view.name != "latin":
            return last
        letter, text = self.folded[end - 1], self.units.text
        while last + 1 < len(text) and self.view.map_unit(text[last + 1]) == letter:
            last += 1
        return last

    def admit(self, start: int, kinds: int) -> int:
        """Which kinds of a live prefix hold here: a word begins at the beginning of a word only."""
        return kinds if not kinds & WORD or self._begins_word(start) else kinds & ~WORD

    def holds(self, entry: Entry, start: int, end: int) -> bool | None:
        """Whether a hit is one; None while the character that decides has not come."""
        if entry.kind == WORD:
            if not self._begins_word(start) or not self._gaps_are_even(entry, start, end):
                return False
            ends = self._ends_word(end)
            if not ends:
                return ends
        elif entry.grade == "variant" and self.view.name in ("latin", "sound"):
            ends = self._ends_where_letters_end(start, end)
            if not ends:
                return ends
        if self.view.confirm is None:
            return True
        units = self.units.text[self.index[start] : self._last_unit(end) + 1]
        rows = [(unit, letters) for unit in units if (letters := self.view.map_unit(unit)) != SKIP]
        return self.view.confirm(entry, rows)

    def _begins_word(self, start: int) -> bool:
        unit = self.index[start]
        if start and self.index[start - 1] == unit:
            return False
        previous = self._visible(unit - 1, -1)
        character = self.before if previous is None else self.units.text[previous]
        return not character or not is_wordlike(character)

    def _ends_word(self, end: int) -> bool | None:
        last = self._last_unit(end)
        if end < len(self.index) and self.index[end] == last:
            return False
        following = self._visible(last + 1, 1)
        if following is None:
            return True if self.final else None
        return not is_wordlike(self.units.text[following])

    def _ends_where_letters_end(self, start: int, end: int) -> bool | None:
        """Pinyin inside a longer Latin word is no pinyin; a Han character at either edge needs no boundary."""
        text = self.units.text
        if is_wordlike(text[self.index[start]]) and not self._begins_word(start):
            return False
        return self._ends_word(end) if is_wordlike(text[self.index[end - 1]]) else True

    def _visible(self, unit: int, step: int) -> int | None:
        while 0 <= unit < len(self.units.text):
            if not is_invisible(self.units.text[unit]):
                return unit
            unit += step
        return None

    def _gaps_are_even(self, entry: Entry, start: int, end: int) -> bool:
        if end - start >= MIN_FREE_GAPS:
            return True
        gaps = {
            any(map(self._is_gap, self.units.text[self.index[i - 1] + 1 : self.index[i]]))
            for i in range(start + 1, end)
            if i - start not in entry.breaks and self.index[i] != self.index[i - 1]
        }
        return len(gaps) < 2

    def _is_gap(self, unit: str) -> bool:
        return self.view.map_unit(unit) == SKIP and not is_invisible(unit)
