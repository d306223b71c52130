"""A provision, an instrument or an unclear question, whole (条文、文件与疑问)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hegui.law.assessment import assess
from hegui.law.book import LawBook
from hegui.law.citation import title_text
from hegui.law.instruments import Instrument
from hegui.law.memo.explain import provision_lines
from hegui.law.memo.words import INDENT, joined, reading_lines, short_digest
from hegui.law.profile import Profile
from hegui.locale import message

__all__ = ["show_lines"]


def show_lines(book: LawBook, identifier: str, as_of: date, lang: str) -> Iterator[str]:
    """What the book holds under the id. Raises NotFoundError (LAW010)."""
    if identifier in book.uncertainties:
        yield from reading_lines(book.uncertainties[identifier], None, lang)
    elif identifier in book.instruments:
        yield from _instrument(book, book.instruments[identifier], lang)
    else:
        book.provision(identifier)
        yield from provision_lines(book, assess(book, Profile(), as_of=as_of).answers[identifier], lang)
    yield message("law.check.footer", lang, digest=short_digest(book))


def _instrument(book: LawBook, instrument: Instrument, lang: str) -> Iterator[str]:
    yield f"{instrument.key} — {title_text(instrument, lang)}"
    yield f"{instrument.number.text(lang)}; {joined((one.text(lang) for one in instrument.issuers), lang)}"
    yield f"{message(f'law.rank.{instrument.rank}', lang)}; {instrument.status.text(lang)}"
    for span in instrument.spans:
        yield message(
            "law.show.span",
            lang,
            published=span.published or "–",
            effective=span.effective or "–",
            until=span.until or "–",
        )
    yield instrument.verification.text(lang)
    if instrument.url:
        yield instrument.url
    for provision in book.provisions.values():
        if provision.instrument == instrument.key:
            yield f"{INDENT}{provision.id}  {provision.title.text(lang)}"
