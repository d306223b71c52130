"""See at a glance that nothing is found in a text, as is so nearly always.

Knows the two cheap answers: how far a text without hits is safe, and whether a whole text holds nothing. Knows no
finding: whatever might be one is left to a closer look (`look`), and so are tags, escapes, exceptions and floods.
The rule of this file: when it does answer, the closer look would have said the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hegui.detect.views import EXCEPTION, SUBSTRING, View
from hegui.kernel.fold import MAX_RUN, SKIP, is_invisible, is_wordlike
from hegui.kernel.units import needs_unwrapping

__all__ = ["holds_nothing", "is_undisguised", "safe_until"]

_ASCII_WORD = re.compile("[0-9a-z]")
_FLOOD = SKIP * (MAX_RUN + 1)


def holds_nothing(views: Sequence[View], text: str) -> bool:
    """Whether a whole text has no finding; False when that takes a closer look."""
    if needs_unwrapping(text):
        return False
    for view, marked, read in _readings(views, text, whole=True):
        if view.automaton.has_any(read) or (len(text) > MAX_RUN and _FLOOD in marked):
            return False
    return True


def safe_until(views: Sequence[View], text: str, before: str) -> int | None:
    """The raw offset from which a text may still become a finding; None when it takes a closer look.

    Args:
        text: what a stream holds and the next fragment.
        before: the last visible character before it; "" at the beginning.
    """
    if needs_unwrapping(text):
        return None
    size = safe = len(text)
    for view, marked, read in _readings(views, text):
        automaton = view.automaton
        if automaton.has_any(read) or (size > MAX_RUN and _FLOOD in marked):
            return None
        first, prefixes = automaton.first, automaton.prefixes
        for start in range(max(0, len(read) - automaton.longest), len(read)):
            if read[start] not in first or not (kinds := prefixes.get(read[start:])):
                continue
            if kinds & EXCEPTION:
                return None
            units = _units(view, text, marked, read)
            if kinds & SUBSTRING or _begins_word(text, units, start, before):
                safe = min(safe, units[start])
                break
    return safe


def is_undisguised(latin: str, plain: str, text: str) -> bool:
    """Whether the views `latin` and `plain` read the same, and no capital or foreign I could pose as an l."""
    return (latin == plain and plain.count("i") == text.count("i")) or _ASCII_WORD.search(latin) is None


def _readings(views: Sequence[View], text: str, *, whole: bool = False) -> list[tuple[View, str, str]]:
    """(view, marked text, text read) for each view that could see more than the others; of a `whole` text, a term."""
    found = []
    folded: str | None = None
    letters = 0  # letters, digits, and whatever was skipped, which may be a sign that poses as a letter
    for view in views:
        name = view.name
        if name == "unwrapped":
            continue
        if name == "latin" and folded is not None and letters < (view.automaton.shortest if whole else 1):
            continue
        marked = view.map_text(text)
        read = marked.replace(SKIP, "") if name != "exact" else marked
        if name == "plain":
            folded = read
            letters = len(_ASCII_WORD.findall(folded)) + len(marked) - len(folded)
        elif name == "latin" and folded is not None and is_undisguised(read, folded, text):
            continue
        found.append((view, marked, read))
    return found


def _units(view: View, text: str, marked: str, read: str) -> Sequence[int]:
    """Offset in the text read → raw offset."""
    if len(read) == len(text):
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
