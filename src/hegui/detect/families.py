"""The families of disguise (变形方式): their names, which a list looks for, and which foldings it may leave out.

Knows names and what in a surface is a disguise of which family; knows no pattern (see `views`) and no policy.
Two kinds: a variant is looked for only where a term names it; a folding is seen through unless a term leaves it out, and then a
hit stands only when what was found holds no more of it than the term's own text does.
Rules: our own; docs/lexicon.md describes each with an example and says which err.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, get_args

from hegui.kernel.fold import fold, is_ideograph, is_invisible

__all__ = ["FOLDINGS", "GROUPS", "VARIANTS", "Folding", "Variant", "disguises", "families_of"]

Variant = Literal[
    "latin", "sound", "parts", "encoded",
    "leet", "repeats", "pinyin", "homophones", "initials", "reversed", "base64", "hex", "rot13", "tags",
]  # fmt: skip
Folding = Literal["gaps", "invisible", "wrapped", "circled", "radicals", "lookalikes", "traditional", "numerals"]

VARIANTS: tuple[Variant, ...] = get_args(Variant)
FOLDINGS: tuple[Folding, ...] = get_args(Folding)

GROUPS: dict[Variant, tuple[Variant, ...]] = {
    "latin": ("leet", "repeats"),
    "sound": ("pinyin", "homophones"),
    "encoded": ("base64", "hex", "rot13", "tags"),
}
"""A name that stands for several families."""

_ENCLOSED = (("\u2460", "\u24ff"), ("\u2776", "\u2793"), ("\u3200", "\u33ff"), ("\U0001f100", "\U0001f2ff"))
_RADICALS = (("\u2e80", "\u2fdf"),)


def families_of(variants: Iterable[Variant]) -> frozenset[Variant]:
    """The families that the names of a term stand for.

    >>> sorted(families_of(["latin", "initials"]))
    ['initials', 'leet', 'repeats']
    """
    return frozenset(family for variant in variants for family in GROUPS.get(variant, (variant,)))


def disguises(surface: str) -> frozenset[Folding]:
    """The foldings that reading the surface takes, wrappings aside.

    >>> sorted(disguises("ⓗe r\u200boin"))
    ['circled', 'gaps', 'invisible']
    """
    return frozenset(family for character in set(surface) if (family := _disguise(character)) is not None)


@lru_cache(maxsize=4096)
def _disguise(character: str) -> Folding | None:
    """The one folding that a character takes; None where case or width is all there is to it."""
    if _within(character, _ENCLOSED):
        return "circled"
    if _within(character, _RADICALS):
        return "radicals"
    folded = fold(character)
    if not folded:
        return "invisible" if is_invisible(character) else "gaps"
    plain = unicodedata.normalize("NFKC", character).casefold()
    if folded == plain:
        return None
    if not is_ideograph(character):
        return "numerals" if folded.isdigit() and character.isnumeric() else "lookalikes"
    return "numerals" if folded.isdigit() else "traditional"


def _within(character: str, ranges: tuple[tuple[str, str], ...]) -> bool:
    return any(first <= character <= last for first, last in ranges)
