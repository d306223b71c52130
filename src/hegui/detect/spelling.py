"""How Han characters sound and what they are made of: the tables behind the variants `sound` and `parts`.

Knows one toneless reading and the usual splits of a character; knows no word. Read on first use, never on import.
Rules: data/pinyin.txt and data/parts.txt name their origin and licence in their first lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import combinations, islice, product

__all__ = ["STROKES", "readings", "respell", "splits"]

MAX_RESPELLINGS = 48
"""Respellings with more than two characters taken apart, or in an unusual way, count, beyond those that are always there."""

STROKES = "丨丶丿乀乁亅" + "".join(map(chr, range(0x31C0, 0x31E4)))
"""What a character is written with. Folding skips them, for they are typed as separators too."""

MAX_PAIRS = 120
"""Respellings with two characters taken apart, each in its usual way, count: all pairs of sixteen."""

_WAYS = 4
"""Ways of taking one character apart, count."""


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
    """The term with some of its characters taken apart, those with fewest first.

    All with one such character; with two, each in its usual way, up to `MAX_PAIRS`; and others until there are
    `MAX_RESPELLINGS`. The work is bounded by the square of the term's length, however many ways there are in all.
    """
    ways = [splits().get(character, ())[:_WAYS] for character in term]
    places = [place for place, found in enumerate(ways) if found]
    spelled = dict.fromkeys(sorted(_with(term, ways, places, 1)))
    pairs = islice(_with(term, [found[:1] for found in ways], places, 2), MAX_PAIRS)
    spelled |= dict.fromkeys(sorted(pairs))
    for count in range(2, len(places) + 1):
        if len(spelled) >= MAX_RESPELLINGS:
            break
        for more in sorted(_with(term, ways, places, count)):
            if len(spelled) >= MAX_RESPELLINGS:
                break
            spelled.setdefault(more)
    return list(spelled)


def _with(term: str, ways: list[tuple[str, ...]], places: list[int], count: int) -> Iterator[str]:
    """The term with so many characters taken apart, in every choice of them and every way."""
    for chosen in combinations(places, count):
        for pick in product(*(ways[place] for place in chosen)):
            split = dict(zip(chosen, pick, strict=True))
            yield "".join(split.get(place, character) for place, character in enumerate(term))
