"""How Han characters sound and what they are made of: the tables behind the variants `sound` and `parts`.

Knows one toneless reading and the usual splits of a character; knows no word. Read on first use, never on import.
Rules: data/pinyin.txt and data/parts.txt name their origin and licence in their first lines.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from itertools import product

__all__ = ["readings", "respell", "splits"]

MAX_RESPELLINGS = 48


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
    """The term with some of its characters taken apart; at most `MAX_RESPELLINGS`, those with one split character first."""
    choices = [(character, *splits().get(character, ())) for character in term]
    spelled = {
        "".join(pick): sum(part != own for part, own in zip(pick, term, strict=True))
        for pick in product(*(c[:5] for c in choices))
    }
    del spelled[term]
    return sorted(spelled, key=lambda text: (spelled[text], text))[:MAX_RESPELLINGS]
