"""The whole law as an OSCAL catalog: an instrument is a group, a provision a control (法规目录).

Knows how instruments become groups and questions of law resources; docs/law-exports.md has the table. The catalog says nothing
about a service: what applies is the business of the profile and of the assessment results.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hegui.law.book import LawBook
from hegui.law.exports.oscal_control import control, date_props, label, question_uuid
from hegui.law.exports.oscal_terms import Json, Lang, given, identifier, line, metadata, other, part, prop, title_prop
from hegui.law.expression import Reading, atoms, written
from hegui.law.instruments import Instrument
from hegui.law.uncertainties import Uncertainty
from hegui.law.words import Words

__all__ = ["oscal_catalog"]

TITLE = Words("生成式人工智能服务适用的法律规定", "Law that applies to generative-AI services")
REMARKS = Words(
    "条文表述为本项目自拟，具有法律效力的是各文件的中文文本；引用原文处另行标明。每项均注明核实程度。",
    "The wording is our own; the Chinese text of each instrument binds, and where it is quoted this is said. Every control says "
    "how well it was checked.",
)


def oscal_catalog(book: LawBook, lang: Lang, *, at: datetime) -> Json:
    """The catalog document, `{"catalog": …}`.

    Args:
        lang: the language of titles and prose; the other one is carried along.
        at: the instant of the export, with a zone; it becomes `last-modified`.
    """
    uses = _question_links(book)
    catalog = {
        "uuid": _catalog_uuid(book, lang),
        "metadata": metadata(TITLE, lang, book.digest, at, remarks=REMARKS.text(lang)),
        "groups": [group for one in book.instruments.values() if (group := _group(book, one, lang, uses))],
        "back-matter": given({"resources": [_question(one, lang) for one in book.uncertainties.values()]}),
    }
    return {"catalog": given(catalog)}


def _catalog_uuid(book: LawBook, lang: Lang) -> str:
    """The UUID of the catalog of this law in this language."""
    return identifier("catalog", book.digest, lang)


def _question_links(book: LawBook) -> dict[str, list[str]]:
    """The questions of law that bear on each provision: those that name it, and those its condition turns on."""
    return {name: list(_bearing(book, name)) for name in book.provisions}


def _bearing(book: LawBook, provision: str) -> Iterator[str]:
    turned_on = {atom.id for atom in atoms(book.conditions[provision]) if isinstance(atom, Reading)}
    for question in book.uncertainties.values():
        if provision in question.provisions or question.id in turned_on:
            yield question.id


def _group(book: LawBook, instrument: Instrument, lang: Lang, uses: dict[str, list[str]]) -> Json:
    """The instrument with its provisions; empty where it has none."""
    controls = [
        control(book, one, lang, uses[one.id]) for one in book.provisions.values() if one.instrument == instrument.key
    ]
    if not controls:
        return {}
    return given(
        {
            "id": instrument.key,
            "class": "instrument",
            "title": line(instrument.title.text(lang)),
            "props": list(_group_props(instrument, lang)),
            "links": [{"href": instrument.url, "rel": "reference"}] if instrument.url else [],
            "parts": list(_group_parts(instrument, lang)),
            "controls": controls,
        }
    )


def _group_props(instrument: Instrument, lang: Lang) -> Iterator[Json]:
    yield label(instrument.key)
    yield from title_prop(instrument.title, lang)
    yield prop("rank", instrument.rank)
    yield prop("jurisdiction", instrument.jurisdiction)
    yield prop("binding", "true" if instrument.is_binding else "false")
    yield from _both("number", instrument.number, lang)
    for issuer in instrument.issuers:
        yield from _both("issuer", issuer, lang)
    yield prop("checked-on", instrument.checked_on.isoformat())
    for count, span in enumerate(instrument.spans, 1):
        yield from date_props(span, f"v{count}")
    if instrument.gate is not None:
        yield prop("condition", written(instrument.gate), kind="gate")
    if instrument.superseded_by:
        yield prop("superseded-by", instrument.superseded_by)


def _both(name: str, words: Words, lang: Lang) -> Iterator[Json]:
    """The wording, and after it the one in the other language, marked."""
    yield prop(name, words.text(lang))
    yield from title_prop(words, lang, name)


def _group_parts(instrument: Instrument, lang: Lang) -> Iterator[Json]:
    yield part("overview", instrument.status, lang, id=f"{instrument.key}_status", ours=False)
    yield part("verification", instrument.verification, lang, id=f"{instrument.key}_verification")
    if instrument.legal_basis:
        yield part("legal-basis", instrument.legal_basis, lang, id=f"{instrument.key}_basis")


def _question(question: Uncertainty, lang: Lang) -> Json:
    """A question of law with both readings and what practice does; `remarks` say the same in the other language."""
    more = title_prop(question.question, lang)
    return {
        "uuid": question_uuid(question.id),
        "title": line(f"{question.id} {question.question.text(lang)}"),
        "description": _set_out(question, lang),
        "props": [prop("question", question.id), prop("condition", written(question.when)), *more],
        "remarks": _set_out(question, other(lang)),
    }


def _set_out(question: Uncertainty, lang: Lang) -> str:
    readings = (f"({one.id}) {one.words.text(lang)}" for one in question.readings)
    return "\n\n".join((question.text.text(lang), *readings, question.practice.text(lang)))
