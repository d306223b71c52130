"""A text as one view reads it, with the way back from folded offsets to units and raw characters.

Knows where words begin and end, and whether a hit of a pattern is one. Knows no other view and no stream.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hegui.detect.views import WORD, Entry, View
from hegui.kernel.fold import BREAK, MAX_RUN, SKIP, is_invisible, is_wordlike
from hegui.kernel.units import Units

__all__ = ["Reading"]

MIN_FREE_GAPS = 5
"""Letters of a `word` term from which single gaps are disregarded; shorter ones must be spaced all through, or not at all."""

_OVERLONG = re.compile(f"{SKIP}{{{MAX_RUN + 1},}}")


class Reading:
    """The buffer through one view.

    Args:
        marked: the view's map of the units, skipped ones as SKIP.
        before: the last visible character before the buffer; "" at the beginning.
        unwrapped: whether the view reads other units than the text as it stands.
    """

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

    def unit_text(self, start: int, end: int) -> str:
        """The units of the folded span, skipped ones among them."""
        return self.units.text[self.index[start] : self._last_unit(end) + 1]

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
        rows = [(unit, letters) for unit in self.unit_text(start, end) if (letters := self.view.map_unit(unit)) != SKIP]
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
