"""Find the one provision that somebody means (查找条款).

Knows ids in any case, and citations as people write them: IM 17-1, 第十七条, art. 17. What could be several provisions is never
guessed: the error names them.
"""

from __future__ import annotations

from hegui.errors import HeguiError, NotFoundError
from hegui.law.article_query import read_query
from hegui.law.book import LawBook
from hegui.law.provisions import Provision
from hegui.law.search import LawIndex

__all__ = ["provision_meant"]

MOST_NAMED = 8
"""Provisions named in an error."""


def provision_meant(book: LawBook, text: str) -> Provision:
    """The provision. Raises NotFoundError (LAW010), which names what is near where the text cites an article."""
    if text in book.provisions:
        return book.provisions[text]
    cased = [one for name, one in book.provisions.items() if name.upper() == text.strip().upper()]
    found = cased or _cited(book, text)
    if len(found) == 1:
        return found[0]
    if not found:
        return book.provision(text)
    near = " / ".join(one.id for one in found[:MOST_NAMED]) + (" / …" if len(found) > MOST_NAMED else "")
    raise NotFoundError("LAW010", text, "this is no single provision", f"Name one of them: {near}")


def _cited(book: LawBook, text: str) -> list[Provision]:
    """The provisions of the article that is cited, by today's number where that leads anywhere."""
    try:
        if not read_query(text, book.instruments).citations:
            return []
        hits = LawIndex(book).search(text)
    except HeguiError:
        return []
    now = [hit.provision for hit in hits if not hit.former]
    return now or [hit.provision for hit in hits]
