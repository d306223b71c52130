"""Find provisions by words and by citation (检索).

Knows ids, titles, wordings, evidence and instruments, in both languages; simplified and traditional characters are the same, and
so are cases and widths. Every word has to be found; a word of Chinese anywhere in a field, others at the beginning of a word.
An article is found under the number it has, and after that under one it had: CSL 47 is CSL-49-1 since 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, get_args

from hegui.errors import InputError
from hegui.kernel.fold import fold, is_ideograph
from hegui.law.article_query import ArticleCitation, Query, read_query
from hegui.law.book import LawBook
from hegui.law.instruments import Instrument
from hegui.law.provisions import Provision, ProvisionVersion
from hegui.law.words import Words

__all__ = ["Field", "Hit", "LawIndex"]

Field = Literal["id", "title", "act", "evidence", "instrument"]
_FIELDS: tuple[Field, ...] = get_args(Field)
"""The strongest first."""

_WORD = re.compile(r"\w+")
MAX_QUERY = 200
"""Characters; a longer query is a pasted text, not a search."""


@dataclass(frozen=True)
class Hit:
    """A provision found. fields: where each word was found, in the order of the words.

    cited: the version a citation means; former: the provision has another number now.
    """

    provision: Provision
    instrument: Instrument
    fields: tuple[Field, ...]
    cited: ProvisionVersion | None = None
    former: bool = False

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Smaller is better: today's numbers before former ones, then the worst field, then the sum of all."""
        weights = [_FIELDS.index(one) for one in self.fields]
        return self.former, max(weights, default=0), sum(weights)


@dataclass(frozen=True)
class _Text:
    """One field of one provision, folded: its parts as they are, and its words, each after a line feed."""

    whole: str
    words: str

    def has(self, word: str, is_chinese: bool) -> bool:
        return word in self.whole if is_chinese else f"\n{word}" in self.words


class LawIndex:
    """The words of one law book; make it once for many searches."""

    def __init__(self, book: LawBook) -> None:
        self.book = book

    def search(self, text: str) -> list[Hit]:
        """What is found, best first, and in the order of the book among equals.

        Raises:
            InputError: LAW072, nothing to look for, or more than 200 characters of it.
        """
        if len(text) > MAX_QUERY:
            raise InputError("LAW072", "", f"the query has {len(text)} characters", f"Use at most {MAX_QUERY}.")
        query = read_query(text, self.book.instruments)
        words = list(dict.fromkeys(word for one in query.words if (word := _folded(one))[0]))
        if not words and not query.citations:
            raise InputError("LAW072", "", "there is nothing to look for", 'Give words, or an article such as "IM 17".')
        return sorted(self._hits(query, words), key=lambda hit: hit.rank)

    @cached_property
    def _texts(self) -> Mapping[str, Mapping[Field, _Text]]:
        return {one.id: _texts(one, self.book.instrument_of(one)) for one in self.book.provisions.values()}

    def _hits(self, query: Query, words: list[tuple[str, bool]]) -> Iterator[Hit]:
        for provision in self.book.provisions.values():
            cited = _cited(provision, query)
            if query.citations and cited is None:
                continue
            fields = self._fields(provision, words)
            if fields is not None:
                former = cited is not None and cited.article != provision.versions[-1].article
                yield Hit(provision, self.book.instrument_of(provision), fields, cited, former)

    def _fields(self, provision: Provision, words: Iterable[tuple[str, bool]]) -> tuple[Field, ...] | None:
        """Where each word is found; None as soon as one is not."""
        found: list[Field] = []
        for word, is_chinese in words:
            field = self._field(provision, word, is_chinese)
            if field is None:
                return None
            found.append(field)
        return tuple(found)

    def _field(self, provision: Provision, word: str, is_chinese: bool) -> Field | None:
        texts = self._texts[provision.id]
        return next((name for name in _FIELDS if texts[name].has(word, is_chinese)), None)


def _cited(provision: Provision, query: Query) -> ProvisionVersion | None:
    """The version that one of the citations means; the latest where several do."""
    versions = [one for one in provision.versions if query.before is None or _stood(one, query.before)]
    for version in reversed(versions):
        if any(_means(one, provision, version) for one in query.citations):
            return version
    return None


def _stood(version: ProvisionVersion, before: date) -> bool:
    return version.span.binds(before - timedelta(days=1))


def _means(citation: ArticleCitation, provision: Provision, version: ProvisionVersion) -> bool:
    if citation.instrument not in (None, provision.instrument):
        return False
    if citation.item is None:
        return version.article.upper() == citation.article.upper()
    identifier = f"{citation.instrument}-{citation.article}-{citation.item}"
    article = f"{citation.article}-{citation.item}"  # 286-1 is an article of its own: 第二百八十六条之一
    return provision.id.upper() == identifier.upper() or version.article == article


def _texts(provision: Provision, instrument: Instrument) -> Mapping[Field, _Text]:
    return {
        "id": _text([provision.id]),
        "title": _text(_both(provision.title)),
        "act": _text([*_both(provision.act), provision.quoted_zh or ""]),
        "evidence": _text(_both(provision.evidence)),
        "instrument": _text([instrument.key, *_both(instrument.title), *_both(instrument.number)]),
    }


def _both(words: Words | None) -> list[str]:
    return [words.zh, words.en] if words else []


def _text(parts: Iterable[str]) -> _Text:
    found = [part for part in parts if part]
    whole = [fold(part) for part in found]
    words = (fold(word) for part in found for word in _WORD.findall(part))
    return _Text("\n".join(whole), "".join(f"\n{word}" for word in dict.fromkeys((*whole, *words))))


def _folded(word: str) -> tuple[str, bool]:
    return fold(word), any(map(is_ideograph, word))
