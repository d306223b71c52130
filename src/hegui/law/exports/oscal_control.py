"""A provision as an OSCAL control (条款).

Knows where each member of a provision goes: title, parameters for numbers and deadlines, properties for what is counted or
dated, links to what it cites, parts for what is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from hegui.law.book import LawBook
from hegui.law.exports.oscal_terms import (
    NAMESPACE,
    Json,
    Lang,
    given,
    identifier,
    line,
    part,
    prop,
    props,
    tag,
    title_prop,
)
from hegui.law.expression import written
from hegui.law.provisions import Exemption, Provision, ProvisionVersion
from hegui.law.spans import Span

__all__ = ["control", "date_props", "label", "question_uuid"]


def control(book: LawBook, provision: Provision, lang: Lang, questions: list[str]) -> Json:
    """The control; `questions` are the questions of law that bear on it."""
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
    yield label(provision.id)
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
    yield from date_props(version.span, group)


def date_props(span: Span, group: str) -> Iterator[Json]:
    """The dates, each where it is known; `group` ties together those of one version."""
    for name in ("published", "effective", "until", "withdrawn"):
        day = getattr(span, name)
        if day is not None:
            yield prop(name, day.isoformat(), group=group)


def _links(book: LawBook, provision: Provision, questions: list[str]) -> Iterator[Json]:
    yield from ({"href": f"#{one}", "rel": "excludes"} for one in provision.excludes)
    cited = dict.fromkeys(one.cites for one in provision.exemptions if one.cites in book.provisions)
    yield from ({"href": f"#{one}", "rel": "related"} for one in cited if one != provision.id)
    yield from ({"href": f"#{question_uuid(one)}", "rel": "reference", "text": one} for one in questions)


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


def question_uuid(question: str) -> str:
    """The UUID of the back-matter resource that sets out a question of law."""
    return identifier("question", question)


def label(text: str) -> Json:
    """The property by which viewers number a group or a control; OSCAL's own."""
    return {"name": "label", "value": text}
