"""The ways of reading a text in which terms are looked for, and what each makes of a term.

A view is a character map, so it reads a stream cut anywhere as it reads the whole:

    exact      the very characters
    plain      F, the folding every list is compiled with
    unwrapped  F without tags and escapes (`kernel.units`)
    latin      unwrapped, digits and signs as the letters they pose as, repeated letters once
    sound      unwrapped, Han characters as their pinyin
    strokes    unwrapped, the strokes that F skips as what they are
    encoded    unwrapped, the very characters without white space

Knows how a view maps text and compiles terms, and how a hit in it is confirmed. Knows no stream and no policy.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby, product
from operator import eq, methodcaller
from string import ascii_lowercase
from typing import Literal, NamedTuple

from hegui.detect.encodings import base64_cores, hex_forms, rot13, tag_forms, unspaced
from hegui.detect.families import Variant, families_of
from hegui.detect.lexicon import Term
from hegui.detect.spelling import STROKES, initials, readings, respell
from hegui.kernel.automaton import PrefixAutomaton
from hegui.kernel.collector import collector_paused
from hegui.kernel.fold import SKIP, FoldTable, fold

__all__ = ["EXCEPTION", "MIN_LATIN", "SUBSTRING", "WORD", "Entry", "View", "compile_views"]

# Kinds of a pattern, and of a live prefix.
SUBSTRING, WORD, EXCEPTION = 1, 2, 4
_ANY = SUBSTRING | WORD | EXCEPTION
_KINDS = _ANY + 1

# Digits and signs that pose as letters; `l` is handled by the patterns, since 1 poses as both i and l.
LEET = {
    "0": "o",
    "1": "i",
    "!": "i",
    "|": "i",
    "3": "e",
    "4": "a",
    "@": "a",
    "5": "s",
    "$": "s",
    "7": "t",
    "8": "b",
    "9": "g",
    "€": "e",
}
MIN_LATIN, MIN_LEET = 3, 4
"""Letters a term needs before repeats, and before digits as letters, are looked for: 455 is a number, not a word."""

_SQUARED = {chr(0x1F150 + i): chr(97 + i) for i in range(26)} | {chr(0x1F170 + i): chr(97 + i) for i in range(26)}
_REGIONAL = {chr(0x1F1E6 + i): chr(97 + i) for i in range(26)}
_HALF = re.compile("[\ud800-\udfff]")
_STROKES = frozenset(STROKES)
_SINGLE = {letter: (letter, 1, 0) for letter in ascii_lowercase}
_REPEATED = re.compile("([a-z])((?:\x00*\\1)+)")


class Entry(NamedTuple):
    """What a pattern stands for.

    Attributes:
        term: index of the term in the lexicon.
        kind: SUBSTRING, WORD or EXCEPTION.
        grade: the grade of a finding through this entry; "" leaves it to the text found (exact, folded, gapped).
        slots: view-specific: letters per run (`latin`), letters per syllable (`sound`).
        breaks: folded offsets at which the term itself has a gap, such as 3 in "bad word".
        only: the one family of its view that counts, such as `leet` in `latin`; "" for all of them.
    """

    term: int
    kind: int
    grade: str = ""
    slots: tuple[tuple[str, int, int], ...] = ()
    breaks: frozenset[int] = frozenset()
    only: Variant | Literal[""] = ""


_NO_BREAKS: frozenset[int] = frozenset()
_LATIN: frozenset[Variant] = frozenset({"leet", "repeats"})

Rows = Sequence[tuple[str, str]]
"""The units of a hit that are not skipped, each with its letters in the view."""

Confirm = Callable[[Entry, Rows], bool]


class Entries:
    """The entries of every pattern, by its number; those that are but a code are made when asked for."""

    __slots__ = ("_apart", "_codes", "_patterns")

    def __init__(self, patterns: Sequence[str], codes: Sequence[int], apart: dict[str, tuple[Entry, ...]]) -> None:
        self._patterns, self._codes, self._apart = patterns, codes, apart

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, number: int) -> tuple[Entry, ...]:
        code = self._codes[number]
        return (_decoded(code),) if code > 0 else self._apart[self._patterns[number]]


def _decoded(code: int) -> Entry:
    """The entry that the code `term * _KINDS + kind` stands for."""
    return Entry(*divmod(code, _KINDS))


@dataclass(frozen=True, slots=True)
class View:
    """One way of reading, with the patterns compiled for it.

    Attributes:
        name: exact, plain, unwrapped, latin, sound, strokes or encoded.
        automaton: the patterns; `entries[i]` are those of pattern i.
        map_text: units → marked text; a skipped unit gives one SKIP or more, never nothing.
        map_unit: the same for one unit, before repeats are taken out.
        confirm: whether a hit holds; None when every hit does.
        grade: grade of its findings where the entry names none; "" leaves it to the text found.
    """

    name: str
    automaton: PrefixAutomaton
    entries: Entries
    map_text: Callable[[str], str]
    map_unit: Callable[[str], str]
    confirm: Confirm | None = None
    grade: str = ""


def compile_views(terms: Sequence[Term]) -> tuple[View, ...]:
    """Every view that at least one term is looked for in, in the order in which their findings are preferred."""
    patterns = _Patterns()
    with collector_paused():
        for number, term in enumerate(terms):
            patterns.add_term(number, term)
        return tuple(view for view in _views(patterns) if view.entries)


def _views(patterns: _Patterns) -> list[View]:
    table = _shared_table()
    plain = View("plain", *patterns.plain.compiled(), *_maps(table))
    views = [
        View("exact", *patterns.exact.compiled(), _without_halves, str),
        plain,
        replace(plain, name="unwrapped", grade="decoded"),
    ]
    if patterns.latin:
        text, unit = _maps(FoldTable(LEET | _SQUARED | _REGIONAL))
        compiled = patterns.latin.compiled(keep_complete=True)
        views.append(View("latin", *compiled, lambda units: _once(text(units)), unit, _confirm_latin))
    if patterns.sound:
        views.append(View("sound", *patterns.sound.compiled(), *_maps(FoldTable(dict(readings()))), _confirm_sound))
    if patterns.strokes:
        views.append(View("strokes", *patterns.strokes.compiled(), *_maps(_stroke_table())))
    if patterns.encoded:
        compiled = patterns.encoded.compiled()
        views.append(View("encoded", *compiled, *_maps(unspaced()), grade="decoded"))
    return views


class _Table:
    """Patterns of one view with their entries. What is empty, which only an older hegui can have stored, is left out.

    A pattern that nothing but a term and a kind is known of is the code `term * _KINDS + kind`; any other has its entries
    apart and `kinds - _KINDS`, below 0, for a code. A large list is nearly all codes, made and kept at next to no cost.
    """

    __slots__ = ("_codes", "_entries")

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._entries: dict[str, list[Entry]] = {}

    def __bool__(self) -> bool:
        return bool(self._codes)

    def add(self, pattern: str, number: int, kind: int) -> None:
        if pattern in self._codes:
            self.add_entry(pattern, Entry(number, kind))
        elif pattern:
            self._codes[pattern] = number * _KINDS + kind

    def add_entry(self, pattern: str, entry: Entry) -> None:
        if not pattern:
            return
        code = self._codes.get(pattern, 0)
        if code > 0:
            self._entries[pattern] = [_decoded(code), entry]
        elif code:
            self._entries[pattern].append(entry)
        else:
            self._entries[pattern] = [entry]
        self._codes[pattern] = (code & _ANY | entry.kind) - _KINDS

    def compiled(self, *, keep_complete: bool = False) -> tuple[PrefixAutomaton, Entries]:
        kinds = {pattern: code & _ANY for pattern, code in self._codes.items()}
        automaton = PrefixAutomaton(kinds, keep_complete=keep_complete)
        codes = array("q", map(self._codes.__getitem__, automaton.patterns))
        apart = {pattern: tuple(entries) for pattern, entries in self._entries.items()}
        return automaton, Entries(automaton.patterns, codes, apart)


class _Patterns:
    """Patterns collected view by view."""

    def __init__(self) -> None:
        self.exact, self.plain, self.latin, self.sound, self.strokes, self.encoded = (_Table() for _ in range(6))

    def add_term(self, number: int, term: Term) -> None:
        text, variants, folded = term.text, term.variants, fold(term.text)
        if term.mode == "exact":
            self.exact.add(text, number, SUBSTRING)
            self._add_exceptions(number, term)
            return
        if not folded:
            return
        kind = WORD if term.mode == "word" else SUBSTRING
        breaks = _breaks(text) if kind == WORD and len(folded) != len(text) else _NO_BREAKS
        if breaks:
            self.plain.add_entry(folded, Entry(number, kind, "", (), breaks))
        else:
            self.plain.add(folded, number, kind)
        if term.exceptions:
            self._add_exceptions(number, term)
        if variants:
            families = families_of(variants) if variants != ("latin",) else _LATIN
            self._add_latin(number, folded, kind, breaks, families)
            if families is not _LATIN:
                self._add_further(number, text, folded, kind, families)

    def _add_latin(
        self, number: int, folded: str, kind: int, breaks: frozenset[int], families: frozenset[Variant]
    ) -> None:
        named = families & _LATIN
        if named and folded.isascii() and folded.isalpha() and len(folded) >= MIN_LATIN:
            for pattern, slots in _latin_patterns(folded):
                self.latin.add_entry(pattern, Entry(number, kind, "variant", slots, breaks, _only(named)))

    def _add_further(self, number: int, text: str, folded: str, kind: int, families: frozenset[Variant]) -> None:
        if "parts" in families:
            for spelled in respell(folded):
                # Without its strokes a split may be another word: 旧货 taken apart would be found in 日货.
                has_strokes = not _STROKES.isdisjoint(spelled)
                pattern = spelled.translate(_stroke_table()).replace(SKIP, "") if has_strokes else fold(spelled)
                (self.strokes if has_strokes else self.plain).add_entry(pattern, Entry(number, kind, "variant"))
        named = families & {"pinyin", "homophones"}
        if named and any(character in readings() for character in folded):
            syllables = _syllables(text)
            entry = Entry(number, SUBSTRING, "variant", syllables, _NO_BREAKS, _only(named))
            self.sound.add_entry("".join(_sound_of(letters) for letters, _, _ in syllables), entry)
        if "initials" in families:
            for pattern, is_mixed in initials(text if len(text) == len(folded) else folded):
                self.plain.add_entry(pattern, Entry(number, SUBSTRING if is_mixed else WORD, "variant"))
        backwards, least = folded[::-1], MIN_LEET if folded.isascii() else MIN_LATIN
        if "reversed" in families and len(folded) >= least and backwards != folded:
            self.plain.add_entry(backwards, Entry(number, kind, "variant"))
        if "rot13" in families and (turned := rot13(folded)):
            self.plain.add_entry(turned, Entry(number, WORD, "decoded"))
        if "hex" in families:
            for pattern in hex_forms(text):
                self.plain.add_entry(pattern, Entry(number, SUBSTRING, "decoded"))
        if "base64" in families:
            for pattern in base64_cores(text):
                self.encoded.add_entry(pattern, Entry(number, SUBSTRING, "decoded"))
        if "tags" in families:
            for pattern in tag_forms(text):
                self.encoded.add_entry(pattern, Entry(number, SUBSTRING, "decoded"))

    def _add_exceptions(self, number: int, term: Term) -> None:
        for phrase in term.exceptions:
            self.plain.add(fold(phrase), number, EXCEPTION)


def _only(families: frozenset[Variant]) -> Variant | Literal[""]:
    """The one family named where there are two to name."""
    return next(iter(families)) if len(families) == 1 else ""


@cache
def _shared_table() -> FoldTable:
    return FoldTable()


@cache
def _stroke_table() -> FoldTable:
    return FoldTable({stroke: stroke for stroke in STROKES})


def _maps(table: dict[int, str]) -> tuple[Callable[[str], str], Callable[[str], str]]:
    return methodcaller("translate", table), lambda unit: table[ord(unit)]


def _without_halves(units: str) -> str:
    """The text itself; half characters, which no term can hold and no encoder takes, as U+0000."""
    return _HALF.sub("\x00", units)


def _once(marked: str) -> str:
    """Every letter but the first of a run becomes a skipped character: heroooin → hero\\0\\0in."""
    if _REPEATED.search(marked) is None:
        return marked
    return _REPEATED.sub(lambda run: run[1] + SKIP * len(run[2]), marked)


def _breaks(text: str) -> frozenset[int]:
    """Folded offsets before which the term's own text has a character that folding skips."""
    breaks, folded = set(), 0
    for character in text:
        size = len(fold(character))
        if not size and folded:
            breaks.add(folded)
        folded += size
    return frozenset(breaks)


def _latin_patterns(folded: str) -> list[tuple[str, tuple[tuple[str, int, int], ...]]]:
    """Patterns of the `latin` view with their runs (letter, letters in it, how many of them are an l in disguise)."""
    if "l" not in folded and not any(map(eq, folded, folded[1:])):
        return [(folded, tuple([_SINGLE[letter] for letter in folded]))]
    places = [i for i, letter in enumerate(folded) if letter == "l"]
    picks = (
        product((False, True), repeat=len(places))
        if len(places) <= 3
        else [(False,) * len(places), (True,) * len(places)]
    )
    found = []
    for pick in picks:
        runs = _runs(folded, {place for place, poses in zip(places, pick, strict=True) if poses})
        found.append(("".join([letter for letter, _, _ in runs]), runs))
    return found


def _runs(folded: str, posing: set[int]) -> tuple[tuple[str, int, int], ...]:
    """The runs of a term whose l at the places `posing` is disguised as an i."""
    runs: list[tuple[str, int, int]] = []
    last, size, posed = "", 0, 0
    for place, letter in enumerate(folded):
        poses = place in posing
        if poses:
            letter = "i"
        if letter == last:
            size, posed = size + 1, posed + poses
            runs[-1] = (letter, size, posed)
        else:
            last, size, posed = letter, 1, int(poses)
            runs.append((letter, 1, 1) if poses else _SINGLE[letter])
    return tuple(runs)


def _confirm_latin(entry: Entry, rows: Rows) -> bool:
    """Every run is as long as the term's, an l in disguise is one, and there is a disguise at all.

    A digit or sign is a disguise of any letter; a capital or foreign I is one of l, a plain i is not.
    """
    pairs = [(letter, unit) for unit, letters in rows for letter in letters]
    runs = []  # letters in the run, digits and signs among them, units that are not the plain letter
    for letter, group in groupby(pairs, key=lambda pair: pair[0]):
        members = [unit for _, unit in group]
        runs.append(
            (len(members), sum(letter not in fold(unit) for unit in members), sum(unit != letter for unit in members))
        )
    if len(runs) != len(entry.slots):
        return False
    if sum(wanted for _, wanted, _ in entry.slots) < MIN_LEET and any(signs for _, signs, _ in runs):
        return False
    both = list(zip(runs, entry.slots, strict=True))
    if any(found < wanted or strange < posing for (found, _, strange), (_, wanted, posing) in both):
        return False
    repeats = any(found > wanted for (found, _, _), (_, wanted, _) in both)
    poses = any(signs or posing for (_, signs, _), (_, _, posing) in both)
    if (entry.only == "leet" and repeats) or (entry.only == "repeats" and poses):
        return False
    return (repeats or poses) and any(found > signs for found, signs, _ in runs)


def _syllables(text: str) -> tuple[tuple[str, int, int], ...]:
    """(character, start, end) for each character of the term, offsets into the pattern; Han numerals keep themselves."""
    at, found = 0, []
    for character in text:
        for folded in fold(character):
            own = character if character in readings() else folded
            size = len(_sound_of(own))
            found.append((own, at, at + size))
            at += size
    return tuple(found)


def _sound_of(character: str) -> str:
    return readings().get(character, character)


def _confirm_sound(entry: Entry, rows: Rows) -> bool:
    """A Han character stands for one whole syllable of the term, and letters or characters are of the family asked for."""
    syllables = {(start, end): own for own, start, end in entry.slots}
    at, letters_found, strangers = 0, False, False
    for unit, letters in rows:
        if unit in readings():
            own = syllables.get((at, at + len(letters)))
            if own is None:
                return False
            strangers = strangers or fold(unit) != fold(own)
        else:
            own = syllables.get((at, at + len(letters)))
            letters_found = letters_found or own is None or fold(own) != letters
        at += len(letters)
    if entry.only == "pinyin":
        return not strangers
    return entry.only != "homophones" or not letters_found
