"""What a search found, as lines and as plain values (检索结果)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hegui.law.book import LawBook
from hegui.law.citation import article_text, cite
from hegui.law.memo.comparing import provision_line
from hegui.law.memo.words import INDENT
from hegui.law.plain import plain_words
from hegui.law.search import Hit
from hegui.locale import message

__all__ = ["plain_search", "search_lines"]


def search_lines(book: LawBook, hits: Sequence[Hit], lang: str) -> Iterator[str]:
    """Two lines for each hit, and a third where the number has changed."""
    yield message("law.find.count", lang, count=len(hits))
    for hit in hits:
        yield provision_line(book, hit.provision, lang)
        yield INDENT * 2 + hit.provision.act.text(lang)
        if hit.former and hit.cited is not None:
            yield INDENT * 2 + _renumbered(hit, lang)


def plain_search(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """The hits, best first."""
    return [_plain(hit) for hit in hits]


def _renumbered(hit: Hit, lang: str) -> str:
    version = hit.cited or hit.provision.versions[-1]
    now = article_text(hit.instrument, hit.provision.versions[-1].article, lang)
    until = version.span.until or "–"
    before = article_text(hit.instrument, version.article, lang)
    return message("law.find.renumbered", lang, before=before, until=until, now=now)


def _plain(hit: Hit) -> dict[str, Any]:
    provision, latest = hit.provision, hit.provision.versions[-1]
    return {
        "id": provision.id,
        "citation": {lang: cite(hit.instrument, latest, lang) for lang in ("zh", "en")},
        "title": plain_words(provision.title),
        "act": plain_words(provision.act),
        "found_in": list(hit.fields),
        "cited_article": hit.cited.article if hit.cited else None,
        "former": hit.former,
        "confidence": provision.confidence,
    }
