"""Fold text so that spellings a reader takes for the same word become the same string.

Knows Unicode and the generated tables of `fold_data`. Knows no word list, no language model and no law.
Works character by character: F(c) is a string, empty for what a reader skips, and F(xy) = F(x)F(y) for every cut of a
text. That one property is why a stream cut anywhere folds like the whole, and why offsets always lead back to the raw text.
Rules: Unicode NFKD and case folding (UAX #15, UAX #44), confusables (UTS #39), OpenCC for traditional characters.

A character is kept when it is a letter or a number (general category L or N) after decomposition; marks, punctuation,
symbols, emoji, spaces, controls and the letters that are drawn as nothing or as a bare stroke are skipped. Every decimal
digit of every script is its ASCII digit, and so is a Chinese numeral (三 and 叁 are 3).
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import pairwise

from hegui.kernel import fold_data

__all__ = [
    "BREAK",
    "MAX_RUN",
    "SKIP",
    "FoldTable",
    "fold",
    "fold_character",
    "is_ideograph",
    "is_invisible",
    "is_wordlike",
    "self_folded",
]

SKIP = "\x00"
"""Stands for a skipped character in a marked fold; the fold of U+0000 itself is "skipped", so no text can forge it."""

BREAK = "\x01"
"""Stands for an over-long run of skipped characters; no pattern contains it and no text folds to it."""

MAX_RUN = 512
"""Skipped characters in a row, count, beyond which a run separates what stands before it from what follows."""

# Letters by category, nothing to the eye: the Hangul fillers. Strokes that are typed as separators between characters.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
_STROKE_LETTERS = frozenset("丨丶丿乀乁亅ー")
_TRADITIONAL = dict(zip(fold_data.TRADITIONAL, fold_data.SIMPLIFIED, strict=True))
_CONFUSABLE = dict(zip(fold_data.CONFUSABLE, fold_data.PROTOTYPE, strict=True))
_NUMERAL = dict(zip(fold_data.NUMERAL, fold_data.DIGIT, strict=True))
_CAPITAL = dict(zip(fold_data.CAPITAL, fold_data.CAPITAL_PROTOTYPE, strict=True))
# Symbols drawn like a letter. Flags and boxed letters are emoji first: only the view `latin` reads them as letters.
_LETTERLIKE = _CAPITAL | {
    symbol: letter
    for symbol, letter in zip(fold_data.LETTERLIKE, fold_data.LETTER, strict=True)
    if not "\U0001f150" <= symbol <= "\U0001f1ff"
}
_RADICAL = dict(zip(fold_data.RADICALS, fold_data.IDEOGRAPHS, strict=True))


def _is_skipped(character: str) -> bool:
    if character in _BLANK_LETTERS or character in _STROKE_LETTERS:
        return True
    if "\u02b0" <= character <= "\u02ff":  # modifier letters that NFKD has left: accents and quotes by looks
        return True
    return unicodedata.category(character)[0] not in "LN"


def fold_character(character: str) -> str:
    """F of one code point: zero or more folded characters.

    >>> [fold_character(c) for c in "Ａ國㎏三é·\u200b"]
    ['a', '国', 'kg', '3', 'e', '', '']
    """
    if character in _LETTERLIKE:
        return _LETTERLIKE[character]
    parts = "".join(_LETTERLIKE.get(part, part) for part in unicodedata.normalize("NFKD", character))
    decomposed = unicodedata.normalize("NFKD", parts.casefold())
    folded = []
    for part in decomposed:
        part = _RADICAL.get(part, part)
        part = _TRADITIONAL.get(part, part)
        if _is_skipped(part):
            continue
        digit = unicodedata.digit(part, None)
        folded.append(
            str(digit) if digit is not None else _NUMERAL.get(_CONFUSABLE.get(part, part), _CONFUSABLE.get(part, part))
        )
    return "".join(folded)


@cache
def self_folded() -> str:
    """The common Han characters that are their own fold, as the inside of a character class."""
    changed = {*_STROKE_LETTERS, *_TRADITIONAL, *_CONFUSABLE, *_NUMERAL, *_LETTERLIKE, *_RADICAL}
    edges = sorted(
        {code for c in changed for code in (ord(c), ord(c) + 1) if 0x4E00 <= code <= 0x9FA5} | {0x4E00, 0x9FA6}
    )
    spans = [(first, after - 1) for first, after in pairwise(edges) if chr(first) not in changed]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)


class FoldTable(dict[int, str]):
    """A table for `str.translate`, filled as characters are met: code point → F of it, `SKIP` where F is empty.

    `changes` replaces F for single characters; a view of the text (see `detect.views`) is F with a few changes.
    Memory is bounded: what is not assigned, private or a surrogate is never stored, the rest of Unicode is finite.
    """

    def __init__(self, changes: dict[str, str] | None = None) -> None:
        super().__init__()
        self._changes = changes or {}

    def __missing__(self, code: int) -> str:
        character = chr(code)
        changed = self._changes.get(character)
        if changed is None:
            changed = fold_character(character) or SKIP
            # A changed letter may also be reached through decomposition: the full-width ＠ is an @.
            changed = "".join(self._changes.get(c, c) for c in changed)
            if changed == SKIP:
                plain = unicodedata.normalize("NFKC", character)
                changed = self._changes.get(plain, SKIP)
        if unicodedata.category(character) not in ("Cn", "Co", "Cs"):
            self[code] = changed
        return changed


_TABLE = FoldTable()


def fold(text: str) -> str:
    """F of a whole text.

    >>> fold("冰\u200b。毒 ＨＥｒ01ｎ")
    '冰毒her01n'
    """
    return text.translate(_TABLE).replace(SKIP, "")


def is_ideograph(character: str) -> bool:
    """Whether it is a Han character (numerals included), which never joins its neighbours into a spaced word."""
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff" or character == "〇"


def is_invisible(character: str) -> bool:
    """Whether a reader sees nothing where it stands, not even a gap: format characters, marks, fillers, surrogates."""
    return (
        unicodedata.category(character) in ("Cf", "Mn", "Me", "Cs", "Cc")
        and character not in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85"
    ) or (character in _BLANK_LETTERS)


def is_wordlike(character: str) -> bool:
    """Whether it belongs to a word in a script that puts spaces between words: a neighbour of the same kind continues it."""
    if is_ideograph(character):
        return False
    folded = _TABLE[ord(character)]
    return folded[0] > BREAK and folded[0] < "\u0e00"
