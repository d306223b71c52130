"""The whole law as an OSCAL catalog: an instrument is a group, a provision a control (法规目录).

Knows where each member of a provision goes; docs/law-exports.md has the table. The catalog says nothing about a service: what
applies is the business of the profile and of the assessment results.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hegui.law.book import LawBook
from hegui.law.exports.oscal_terms import (
    NAMESPACE,
    Json,
    Lang,
    given,
    identifier,
    line,
    metadata,
    part,
    prop,
    props,
    tag,
    title_prop,
)
from hegui.law.expression import Reading, atoms, written
from hegui.law.instruments import Instrument
from hegui.law.provisions import Exemption, Provision, ProvisionVersion
from hegui.law.spans import Span
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


def _question_uuid(question: str) -> str:
    """The UUID of the back-matter resource that sets out a question of law."""
    return identifier("question", question)


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
        _control(book, one, lang, uses[one.id]) for one in book.provisions.values() if one.instrument == instrument.key
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
    yield prop("label", instrument.key)
    yield from title_prop(instrument.title, lang)
    yield prop("rank", instrument.rank)
    yield prop("jurisdiction", instrument.jurisdiction)
    yield prop("binding", "true" if instrument.is_binding else "false")
    yield prop("number", instrument.number.text(lang))
    yield from (prop("issuer", one.text(lang)) for one in instrument.issuers)
    yield prop("checked-on", instrument.checked_on.isoformat())
    for count, span in enumerate(instrument.spans, 1):
        yield from _dates(span, f"v{count}")
    if instrument.gate is not None:
        yield prop("condition", written(instrument.gate), kind="gate")
    if instrument.superseded_by:
        yield prop("superseded-by", instrument.superseded_by)


def _group_parts(instrument: Instrument, lang: Lang) -> Iterator[Json]:
    yield part("overview", instrument.status, lang, id=f"{instrument.key}_status", ours=False)
    yield part("verification", instrument.verification, lang, id=f"{instrument.key}_verification")
    if instrument.legal_basis:
        yield part("legal-basis", instrument.legal_basis, lang, id=f"{instrument.key}_basis")


def _control(book: LawBook, provision: Provision, lang: Lang, questions: list[str]) -> Json:
    return given(
        {
            "id": provision.id,
            "class": provision.kind,
            "title": line(provision.title.text(lang)),
            "params": list(_params(provision, lang)),
            "props": list(_control_props(book, provision, lang)),
            "links": list(_links(book, provision, questions)),
            "parts": list(_parts(provision, lang)),
        }
    )


def _params(provision: Provision, lang: Lang) -> Iterator[Json]:
    """Numbers and deadlines in words, as parameters whose value the law sets."""
    for name, words in (("number", provision.number), ("deadline", provision.deadline)):
        if words:
            yield given(
                {
                    "id": f"{provision.id}_{name}",
                    "class": name,
                    "props": title_prop(words, lang, "value"),
                    "label": name,
                    "values": [line(words.text(lang))],
                }
            )


def _control_props(book: LawBook, provision: Provision, lang: Lang) -> Iterator[Json]:
    instrument = book.instrument_of(provision)
    yield {"name": "label", "value": provision.id}
    yield from title_prop(provision.title, lang)
    yield prop("rank", instrument.rank)
    yield prop("kind", provision.kind)
    yield prop("state", provision.state)
    yield prop("confidence", provision.confidence)
    for count, version in enumerate(provision.versions, 1):
        yield from _version(version, f"v{count}")
    yield prop("condition", written(provision.when))
    yield from props("bearer", provision.bearers)
    yield from props("duty", provision.duties)
    yield from props("sanction", provision.sanctions)


def _version(version: ProvisionVersion, group: str) -> Iterator[Json]:
    yield prop("article", version.article, group=group)
    yield from _dates(version.span, group)


def _dates(span: Span, group: str) -> Iterator[Json]:
    """The three dates, each where it is known; `group` ties together those of one version."""
    for name, day in (("published", span.published), ("effective", span.effective), ("until", span.until)):
        if day is not None:
            yield prop(name, day.isoformat(), group=group)


def _links(book: LawBook, provision: Provision, questions: list[str]) -> Iterator[Json]:
    yield from ({"href": f"#{one}", "rel": "excludes"} for one in provision.excludes)
    cited = dict.fromkeys(one.cites for one in provision.exemptions if one.cites in book.provisions)
    yield from ({"href": f"#{one}", "rel": "related"} for one in cited if one != provision.id)
    yield from ({"href": f"#{_question_uuid(one)}", "rel": "reference", "text": one} for one in questions)


def _parts(provision: Provision, lang: Lang) -> Iterator[Json]:
    yield part("statement", provision.act, lang, id=f"{provision.id}_smt", ours=False)
    if provision.quoted_zh:
        yield _quotation(provision.id, provision.quoted_zh)
    if provision.note:
        yield part("guidance", provision.note, lang, id=f"{provision.id}_gdn", ours=False)
    if provision.evidence:
        yield part("evidence", provision.evidence, lang, id=f"{provision.id}_evidence")
    if provision.source:
        yield part("source", provision.source, lang, id=f"{provision.id}_source")
    for count, one in enumerate(provision.exemptions, 1):
        yield _exception(f"{provision.id}_exc.{count}", one, lang)


def _quotation(id: str, text: str) -> Json:
    """The binding text, in Chinese only."""
    return {
        "id": f"{id}_quotation",
        "name": "quotation",
        "ns": NAMESPACE,
        "props": [prop("language", tag("zh"))],
        "prose": text,
    }


def _exception(id: str, exemption: Exemption, lang: Lang) -> Json:
    more = [
        prop("effect", exemption.effect),
        prop("cites", exemption.cites),
        prop("condition", written(exemption.when)),
        *props("over", exemption.over),
    ]
    return part("exception", exemption.words, lang, id=id, title=line(exemption.id), more=more)


def _question(question: Uncertainty, lang: Lang) -> Json:
    """A question of law with both readings and what practice does."""
    readings = (f"({one.id}) {one.words.text(lang)}" for one in question.readings)
    return {
        "uuid": _question_uuid(question.id),
        "title": line(f"{question.id} {question.question.text(lang)}"),
        "description": "\n\n".join((question.text.text(lang), *readings, question.practice.text(lang))),
        "props": [
            prop("question", question.id),
            prop("condition", written(question.when)),
            *title_prop(question.question, lang),
        ],
        "remarks": question.question.text(lang),
    }
