"""Cite a provision the way a memo does (引用).

Knows how Chinese writes the number of an article: 第十七条, 第二百八十六条之一; that standards have chapters, clauses and annexes
(第5章, 5.2, 附录A, as GB/T 1.1 cites them); and that what has no articles, such as practice, is counted by us in items (第F1项).
"""

from __future__ import annotations

import re

from hegui.law.instruments import Instrument
from hegui.law.provisions import ProvisionVersion

__all__ = ["article_text", "chinese_number", "cite", "title_text"]

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_STANDARDS = ("mandatory_standard", "recommended_standard")
_ANNEX = "A"
_NUMBER = re.compile(r"(\d{1,4})(?:-(\d{1,2}))?")


def cite(instrument: Instrument, version: ProvisionVersion, lang: str) -> str:
    """Title and article, as they stood in that version.

    >>> # 《生成式人工智能服务管理暂行办法》第十七条 · Interim Measures …, art. 17
    """
    gap = "" if lang == "zh" else ", "
    return title_text(instrument, lang) + gap + article_text(instrument, version.article, lang)


def title_text(instrument: Instrument, lang: str) -> str:
    """The title, in the brackets that Chinese puts around it."""
    title = instrument.title.text(lang)
    return f"《{title}》" if lang == "zh" else title


def article_text(instrument: Instrument, article: str, lang: str) -> str:
    """The article in words: 第十七条, art. 17; of a standard, chapter, clause or annex; else our own count of items."""
    if instrument.rank in _STANDARDS:
        return _clause(article, lang)
    if article == _ANNEX:
        return "附录" if lang == "zh" else "annex"
    found = _NUMBER.fullmatch(article)
    if found is None:
        return f"第{article}项" if lang == "zh" else f"item {article}"
    if lang != "zh":
        return f"art. {article}"
    number, part = found.groups()
    return f"第{chinese_number(int(number))}条" + (f"之{chinese_number(int(part))}" if part else "")


def _clause(number: str, lang: str) -> str:
    """A place in a standard.

    >>> [_clause(place, lang) for place in ("5", "5.2", "A") for lang in ("zh", "en")]
    ['第5章', 'cl. 5', '5.2', 'cl. 5.2', '附录A', 'annex A']
    """
    if number.isalpha():
        return f"附录{number}" if lang == "zh" else f"annex {number}"
    if lang != "zh":
        return f"cl. {number}"
    return number if "." in number else f"第{number}章"


def chinese_number(number: int) -> str:
    """A number from 1 to 9999 in Chinese.

    >>> [chinese_number(n) for n in (7, 10, 17, 20, 105, 286, 1019, 1110)]
    ['七', '十', '十七', '二十', '一百零五', '二百八十六', '一千零一十九', '一千一百一十']
    """
    text, gap = "", False
    for place in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return text.removeprefix("一") if 10 <= number < 20 else text
