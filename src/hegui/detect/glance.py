"""See at a glance that nothing is found in a text, as is so nearly always.

Knows the two cheap answers: how far a text without hits is safe, and whether a whole text holds nothing. Knows no
finding: whatever might be one is left to a closer look (`look`), and so are tags, escapes, exceptions and floods.
The rule of this file: when it does answer, the closer look would have said the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hegui.detect.encodings import CODED
from hegui.detect.spelling import STROKES
from hegui.detect.views import EXCEPTION, MIN_LATIN, SUBSTRING, View
from hegui.kernel.fold import MAX_RUN, SKIP, is_invisible, is_wordlike, self_folded
from hegui.kernel.units import needs_unwrapping

__all__ = ["Glance", "is_undisguised"]

_ASCII_WORD = re.compile("[0-9a-z]")
_STROKE = re.compile(f"[{STROKES}]")
_CHANGED = re.compile(f"[^{self_folded()}]")
"""Anything but the Han characters of which the usual views make themselves."""
_LATIN_RUN = re.compile(f"[0-9a-z{SKIP}]{{{MIN_LATIN},}}")
"""Where folded text may hold what the view `latin` reads as letters, enough for a term; signs that pose as one are skipped."""
_FLOOD = SKIP * (MAX_RUN + 1)


class Glance:
    """The glance of one lexicon. It is the hot path of every stream, so it does what it can in one function."""

    __slots__ = ("_encoded", "_is_usual", "_latin", "_others", "_plain", "_strokes")

    def __init__(self, views: Sequence[View]) -> None:
        named = {view.name: view for view in views}
        self._plain = named.get("plain")
        self._latin = named.get("latin")
        self._others = tuple(named[name] for name in ("exact", "sound") if name in named)
        self._strokes = named.get("strokes")
        self._encoded = named.get("encoded")
        self._is_usual = (
            not self._others and self._strokes is None and self._encoded is None
        )  # plain, unwrapped and latin only

    def holds_nothing(self, text: str) -> bool:
        """Whether a whole text has no finding; False when that takes a closer look."""
        if needs_unwrapping(text):
            return False
        for view in self._others:
            if not _is_clear(view, text, view.map_text(text)):
                return False
        encoded = self._encoded
        if (
            encoded is not None
            and CODED.search(text) is not None
            and not _is_clear(encoded, text, encoded.map_text(text))
        ):
            return False
        strokes = self._strokes
        has_strokes = strokes is not None and _STROKE.search(text) is not None
        if strokes is not None and has_strokes and not _is_clear(strokes, text, strokes.map_text(text)):
            return False
        if self._plain is None:
            return self._latin is None
        marked = self._plain.map_text(text)
        if not _is_clear(self._plain, text, marked):
            return False
        latin = self._latin
        if latin is None or _letters(marked) < MIN_LATIN:
            return True
        if len(marked) != len(text):
            return _is_clear(latin, text, latin.map_text(text))
        runs = (text[run.start() : run.end()] for run in _LATIN_RUN.finditer(marked))
        return all(_is_clear(latin, run, latin.map_text(run)) for run in runs)

    def safe_until(self, text: str, before: str) -> int | None:
        """The raw offset from which a text may still become a finding; None when it takes a closer look.

        Args:
            text: what a stream holds and the next fragment.
            before: the last visible character before it; "" at the beginning.
        """
        plain = self._plain
        if plain is None:
            return None
        if self._is_usual and _CHANGED.search(text) is None:
            live = _unit_live_from(plain, text, text, before)
            return live if live >= 0 else None
        if needs_unwrapping(text):
            return None
        marked = plain.map_text(text)
        if SKIP in marked:
            read = marked.replace(SKIP, "")
            safe = _live_from(plain, text, marked, read, before)
        else:
            read = marked
            safe = _unit_live_from(plain, text, marked, before)
        if safe < 0:
            return None
        latin = self._latin
        if latin is not None and (read is not marked or _ASCII_WORD.search(read) is not None):
            posed = latin.map_text(text)
            letters = posed.replace(SKIP, "")
            if not is_undisguised(letters, read, text):
                safe = min(safe, _live_from(latin, text, posed, letters, before))
        strokes = self._strokes
        if strokes is not None:
            if _STROKE.search(text) is None:  # nothing found, for every pattern has a stroke; read as in `plain`
                safe = min(safe, _first_live(strokes, text, marked, read, before))
            else:
                drawn = strokes.map_text(text)
                safe = min(safe, _live_from(strokes, text, drawn, drawn.replace(SKIP, ""), before))
        encoded = self._encoded
        if encoded is not None and CODED.search(text) is not None:  # else not even the beginning of a code is there
            coded = encoded.map_text(text)
            safe = min(safe, _live_from(encoded, text, coded, coded.replace(SKIP, ""), before))
        for view in self._others:
            marked = view.map_text(text)
            read = marked.replace(SKIP, "") if view.name != "exact" else marked
            safe = min(safe, _live_from(view, text, marked, read, before))
        return safe if safe >= 0 else None


def is_undisguised(latin: str, plain: str, text: str) -> bool:
    """Whether the views `latin` and `plain` read the same, and no capital or foreign I could pose as an l."""
    if latin == plain and not latin.endswith("i") and plain.count("i") == text.count("i"):
        return True  # an i at the end may be the beginning of i1, which stands for an l
    return _ASCII_WORD.search(latin) is None


def _letters(marked: str) -> int:
    """Letters, digits, and whatever is skipped, which may be a sign that poses as a letter, count."""
    return len(_ASCII_WORD.findall(marked)) + marked.count(SKIP)


def _is_clear(view: View, text: str, marked: str) -> bool:
    if len(text) > MAX_RUN and _FLOOD in marked:
        return False
    return not view.automaton.has_any(marked if view.name == "exact" else marked.replace(SKIP, ""))


def _live_from(view: View, text: str, marked: str, read: str, before: str) -> int:
    """Raw offset where the longest live prefix begins, the text's length when there is none; -1 for a closer look."""
    automaton = view.automaton
    if automaton.has_any(read) or (len(text) > MAX_RUN and _FLOOD in marked):
        return -1
    return _first_live(view, text, marked, read, before)


def _first_live(view: View, text: str, marked: str, read: str, before: str) -> int:
    """The same where nothing is found."""
    automaton = view.automaton
    first, prefixes, size = automaton.first, automaton.prefixes, len(read)
    for start in range(size - automaton.longest if size > automaton.longest else 0, size):
        if read[start] in first and (kinds := prefixes.get(read[start:])):
            if kinds & EXCEPTION:
                return -1
            units = _units(view, text, marked, read)
            if kinds & SUBSTRING or _begins_word(text, units, start, before):
                return units[start]
    return len(text)


def _unit_live_from(view: View, text: str, read: str, before: str) -> int:
    """As `_live_from`, where nothing is skipped; where each character is one still, without the way back."""
    size = len(read)
    if size != len(text):
        return _live_from(view, text, read, read, before)
    automaton = view.automaton
    if automaton.hits(read):
        return -1
    first, live, longest = automaton.first, automaton.prefixes.get, automaton.longest
    for start in range(size - longest if size > longest else 0, size):
        if read[start] in first and (kinds := live(read[start:])):
            if kinds & EXCEPTION:
                return -1
            if kinds & SUBSTRING or _begins_word(text, range(size), start, before):
                return start
    return size


def _units(view: View, text: str, marked: str, read: str) -> Sequence[int]:
    """Offset in the text read → raw offset."""
    if len(read) == len(text) == len(marked):
        return range(len(text))
    if len(marked) == len(text):
        return [unit for unit, mark in enumerate(marked) if mark != SKIP]
    spread = (unit for unit, character in enumerate(text) for _ in view.map_unit(character))
    return [unit for unit, mark in zip(spread, marked, strict=True) if mark != SKIP]


def _begins_word(text: str, units: Sequence[int], start: int, before: str) -> bool:
    unit = units[start]
    if start and units[start - 1] == unit:
        return False
    while unit > 0:
        unit -= 1
        if not is_invisible(text[unit]):
            return not is_wordlike(text[unit])
    return not before or not is_wordlike(before)
