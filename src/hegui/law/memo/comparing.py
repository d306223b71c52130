"""Small texts that the memos of comparisons share.

Knows the catalogue's keys under `law.comparing`; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hegui.law.assessment import Answer
from hegui.law.book import LawBook
from hegui.law.citation import cite
from hegui.law.memo.words import INDENT, short_digest, standing_text
from hegui.law.provisions import Provision, ProvisionVersion
from hegui.locale import message

__all__ = ["answer_line", "confidence_text", "facts_lines", "footer", "headed", "provision_line", "version_text"]


def confidence_text(confidence: str, lang: str) -> str:
    """How far something was checked."""
    return message(f"law.confidence.{confidence}", lang)


def version_text(book: LawBook, provision: Provision, version: ProvisionVersion, lang: str) -> str:
    """Where the provision stood in that version."""
    return cite(book.instrument_of(provision), version, lang)


def provision_line(book: LawBook, provision: Provision, lang: str) -> str:
    """Id, citation as it is numbered last, title and confidence."""
    where = version_text(book, provision, provision.versions[-1], lang)
    return message(
        "law.comparing.provision",
        lang,
        id=provision.id,
        where=where,
        title=provision.title.text(lang),
        confidence=confidence_text(provision.confidence, lang),
    )


def answer_line(answer: Answer, lang: str) -> str:
    """A provision with what it does to the service, and its dates."""
    version = answer.timing.version or answer.provision.versions[-1]
    return message(
        "law.comparing.answer",
        lang,
        id=answer.provision.id,
        where=cite(answer.instrument, version, lang),
        title=answer.provision.title.text(lang),
        outcome=message(f"law.outcome.{answer.outcome}", lang),
        standing=standing_text(answer.timing, lang),
        confidence=confidence_text(answer.provision.confidence, lang),
    )


def headed(key: str, lines: Sequence[str], lang: str) -> Iterator[str]:
    """A section with its count; nothing at all where it is empty."""
    if lines:
        yield ""
        yield message(key, lang, count=sum(not line.startswith(INDENT) for line in lines))
        yield from (INDENT + line for line in lines)


def facts_lines(book: LawBook, facts: Iterable[str], lang: str) -> Iterator[str]:
    """Facts to find out, with their questions."""
    for name in facts:
        yield message("law.comparing.ask", lang, name=name, question=book.facts[name].question.text(lang))


def footer(book: LawBook, lang: str) -> str:
    """That the wording is ours, and which state of the law it is."""
    return message("law.check.footer", lang, digest=short_digest(book))
