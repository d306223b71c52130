"""How Han characters sound and what they are made of: the tables behind the variants `sound` and `parts`.

Knows one toneless reading and the usual splits of a character; knows no word. Read on first use, never on import.
Rules: data/pinyin.txt and data/parts.txt name their origin and licence in their first lines.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from itertools import combinations, product

from hegui.kernel.fold import fold

__all__ = ["initials", "readings", "respell", "splits"]

MAX_RESPELLINGS, MAX_SPLITS = 48, 4
"""Spellings of a term, and ways to take one character apart, that are looked for, counts."""


def _rows(name: str) -> list[list[str]]:
    text = files("hegui.detect").joinpath(f"data/{name}").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def readings() -> dict[str, str]:
    """Han character → its most common Mandarin reading, without tone, ü as v."""
    return {character: reading for reading, characters in _rows("pinyin.txt") for character in characters}


@cache
def splits() -> dict[str, tuple[str, ...]]:
    """Han character → the ways it is written as its parts, such as 好 → 女子."""
    return {
        character: tuple(split.replace(" ", "") for split in written.split(";"))
        for character, written in _rows("parts.txt")
    }


def respell(term: str) -> list[str]:
    """The term with some of its characters taken apart; at most `MAX_RESPELLINGS`, those with one split character first.

    Each round takes one character more apart, and only while those before gave few: a long term costs no more than a short
    one.
    """
    ways = {
        place: [split for split in splits()[character][:MAX_SPLITS] if split != character]
        for place, character in enumerate(term)
        if character in splits()
    }
    found: dict[str, None] = {}
    for taken in range(1, len(ways) + 1):
        spelled = {
            _replaced(term, dict(zip(places, pick, strict=True)))
            for places in combinations(ways, taken)
            for pick in product(*(ways[place] for place in places))
        }
        found |= dict.fromkeys(sorted(spelled))
        if len(found) >= MAX_RESPELLINGS:
            break
    return list(found)[:MAX_RESPELLINGS]


def _replaced(term: str, parts: dict[int, str]) -> str:
    return "".join(parts.get(place, character) for place, character in enumerate(term))


MIN_INITIALS = 3
"""Han characters a term needs before its initials are looked for: two letters are an abbreviation of anything."""


def initials(term: str) -> list[tuple[str, bool]]:
    """The term as the first letters of its pinyin, and with one character as its first letter; the latter are mixed.

    A numeral has its sound, unless the term comes folded: 三唑仑 is szl.

    >>> initials("海洛因")
    [('hly', False), ('h洛因', True), ('海l因', True), ('海洛y', True)]
    """
    letters = [(readings().get(character) or readings().get(fold(character), ""))[:1] for character in term]
    if len(term) < MIN_INITIALS or not all(letters):
        return []
    mixed = [fold(term[:place] + letter + term[place + 1 :]) for place, letter in enumerate(letters)]
    return [("".join(letters), False), *((spelled, True) for spelled in mixed)]
