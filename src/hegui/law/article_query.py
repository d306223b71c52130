"""Find the articles that a search cites (检索词中的条文引用).

Knows how people cite: 第十七条, 第17条之一, Art. 17, IM-17, CSL 47 before 2026, 2026年前. Paragraphs and items, 第一款第（二）项 or
(2), are read over: hegui counts within an article on its own. What is no citation stays a word.
Knows keys of instruments as they are handed in; whether an article exists is for the search to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

__all__ = ["ArticleCitation", "Query", "number_of", "read_query"]

_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = "[零〇一二三四五六七八九十百千两兩]{1,9}"
_COUNT = rf"(?:{_NUMERAL}|\d{{1,2}})"
_WITHIN = rf"(?:第\s*{_COUNT}\s*款)?(?:第\s*\(?{_COUNT}\)?\s*[项項])?(?:\s?\(\d{{1,2}}\))*"
_CHINESE = re.compile(rf"第\s*({_NUMERAL}|\d{{1,4}})\s*[条條](?:之({_NUMERAL}|\d{{1,2}}))?{_WITHIN}")
_ARTICLE = r"(?:art(?:icle)?s?\.?\s*)"
_KEYED = re.compile(
    rf"\b([A-Za-z][A-Za-z0-9]{{0,11}})(?:\s*-\s*|\s+){_ARTICLE}?([A-Za-z]?\d{{1,4}}(?:\.\d{{1,3}})*)(?:-([A-Za-z0-9]+))?\b{_WITHIN}",
    re.I,
)
_BARE = re.compile(rf"\b{_ARTICLE}(\d{{1,4}}(?:-\d{{1,2}})?)\b{_WITHIN}", re.I)
_BEFORE = re.compile(r"\bbefore\s+(\d{4})(?:-(\d{2})-(\d{2}))?\b|(\d{4})年(?:以前|之前|前)", re.I)


@dataclass(frozen=True)
class ArticleCitation:
    """An article, of one instrument where a key was given; `item`: hegui's own count within it, as in IM-17-1."""

    article: str
    instrument: str | None = None
    item: str | None = None


@dataclass(frozen=True)
class Query:
    """What to look for. before: the law as it stood until that day; None for today's numbers and former ones."""

    words: tuple[str, ...]
    citations: tuple[ArticleCitation, ...]
    before: date | None


def read_query(text: str, keys: Collection[str]) -> Query:
    """The query in `text`; `keys` are those of the instruments, such as IM.

    >>> read_query("CSL 47 before 2026 report", {"CSL"})
    Query(words=('report',), citations=(ArticleCitation(article='47', instrument='CSL', item=None),), \
before=datetime.date(2026, 1, 1))
    """
    found: list[ArticleCitation] = []
    before: list[date] = []
    known = {key.upper(): key for key in keys}

    def keyed(match: re.Match[str]) -> str:
        key = known.get(match[1].upper())
        if key is None:
            return match[0]
        found.append(ArticleCitation(match[2].upper(), key, match[3]))
        return " "

    def bare(match: re.Match[str]) -> str:
        found.append(ArticleCitation(match[1]))
        return " "

    def chinese(match: re.Match[str]) -> str:
        part = f"-{number_of(match[2])}" if match[2] else ""
        found.append(ArticleCitation(f"{number_of(match[1])}{part}"))
        return " "

    def until(match: re.Match[str]) -> str:
        day = _day(match)
        if day is None:
            return match[0]
        before.append(day)
        return " "

    rest = _BEFORE.sub(until, normalize("NFKC", text))
    for pattern, take in ((_CHINESE, chinese), (_KEYED, keyed), (_BARE, bare)):
        rest = pattern.sub(take, rest)
    return Query(tuple(rest.split()), tuple(found), before[0] if before else None)


def number_of(numeral: str) -> int:
    """The number that a Chinese or Arabic numeral below ten thousand writes.

    >>> [number_of(n) for n in ("十七", "二十", "一百零五", "二百八十六", "47", "一千零一十九", "二〇二")]
    [17, 20, 105, 286, 47, 1019, 202]
    """
    if numeral.isdecimal():
        return int(numeral)
    if not any(sign in _PLACES for sign in numeral):
        return int("".join(str(_DIGITS[sign]) for sign in numeral))
    total, digit = 0, None
    for sign in numeral:
        if sign in _PLACES:
            total += (1 if digit is None else digit) * _PLACES[sign]
            digit = None
        else:
            digit = _DIGITS[sign] or None
    return total + (digit or 0)


def _day(match: re.Match[str]) -> date | None:
    year, month, day = match[1] or match[4], match[2] or "1", match[3] or "1"
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
