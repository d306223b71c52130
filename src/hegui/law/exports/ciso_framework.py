"""The law of a jurisdiction as a library for CISO Assistant: instrument, article, provision (合规评估框架).

Knows that the format has no dates of effect: a library holds the law of one day. What is in force and what is published but not
yet in force is in it, the latter in the group `upcoming`; what has ended, drafts and what a final text replaced are not. Standards,
practice and principles without a day of effect are in it as recommended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from hegui.law.book import LawBook
from hegui.law.exports.ciso_nodes import STATES, article_reference, requirement
from hegui.law.exports.ciso_terms import Node, both, framework_name, framework_urn, given, head, node_urn
from hegui.law.instruments import Instrument, Jurisdiction
from hegui.law.provisions import Provision
from hegui.law.timing import Timing, timing
from hegui.law.words import Words

__all__ = ["framework_library", "provisions_on"]

KEPT = frozenset({"in_force", "attested", "not_yet", "non_statutory"})
UPCOMING = "upcoming"


def framework_library(
    book: LawBook, jurisdiction: Jurisdiction, roles: Mapping[str, Words], *, as_of: date, version: int
) -> Node:
    """The library of a jurisdiction's law. Raises InputError (LAW090) for a version below 1.

    Args:
        roles: what the bearers of duties are called, by id; one that is not in it is called by its id.
        as_of: the day whose law the library holds, also its day of publication.
        version: counts the editions of the library, from 1.
    """
    identifier, name = framework_name(jurisdiction)
    chosen = provisions_on(book, jurisdiction, as_of)
    about = _about(book, as_of)
    framework = {
        "urn": framework_urn(jurisdiction),
        "ref_id": identifier,
        **both(name=name, description=about),
        **given({"implementation_groups_definition": list(_group_definitions(chosen, roles))}),
        "requirement_nodes": list(_nodes(book, chosen)),
    }
    return {**head(identifier, name, about, version, as_of), "objects": {"framework": framework}}


def provisions_on(book: LawBook, jurisdiction: Jurisdiction, as_of: date) -> dict[Provision, Timing]:
    """The provisions that a library of that day holds, with their standing."""
    found = {}
    for one in book.provisions.values():
        instrument = book.instrument_of(one)
        when = timing(one, instrument, book.replaced_on(instrument), as_of, known_on=None)
        if instrument.jurisdiction == jurisdiction and when.standing in KEPT and _was_out(when, instrument, as_of):
            found[one] = when
    return found


def _was_out(when: Timing, instrument: Instrument, as_of: date) -> bool:
    """Whether the version had been published by that day.

    Where our sources name no day for it, the first publication of its instrument counts, else the day we read it.
    """
    own = when.version.span.published if when.version else None
    first = min((span.published for span in instrument.spans if span.published), default=instrument.checked_on)
    return when.binds or (own or first) <= as_of


def _about(book: LawBook, as_of: date) -> Words:
    return Words(
        f"截至{as_of}的法律规定，条文表述为自拟，以各文件的中文文本为准。每项要求的备注写明适用条件：条件不成立的，该项不适用。"
        f"法律数据摘要值（SHA-256）：{book.digest}。",
        f"The law as of {as_of} in our own words; the Chinese text of each instrument binds. The annotation of a requirement "
        f"states the condition under which it applies: where it does not hold, the requirement is not applicable. Digest of the "
        f"law data (SHA-256): {book.digest}.",
    )


def _nodes(book: LawBook, chosen: Mapping[Provision, Timing]) -> Iterator[Node]:
    """The tree in reading order, parents before children."""
    for instrument in book.instruments.values():
        articles: dict[str, list[Provision]] = {}
        for one in chosen:
            if one.instrument == instrument.key:
                articles.setdefault(article_reference(one), []).append(one)
        if articles:
            yield _instrument(instrument)
        for reference, provisions in articles.items():
            yield _article(instrument, reference, chosen[provisions[0]])
            yield from (requirement(one, instrument, chosen[one], _groups(one, chosen[one])) for one in provisions)


def _instrument(instrument: Instrument) -> Node:
    description = Words(
        f"{instrument.number.text('zh')}。{instrument.status.text('zh')}",
        f"{instrument.number.text('en')}. {instrument.status.text('en')}",
    )
    return {
        "urn": node_urn(instrument.jurisdiction, instrument.key),
        "assessable": False,
        "depth": 1,
        "ref_id": instrument.key,
        **both(name=instrument.title, description=description, annotation=instrument.verification),
    }


def _article(instrument: Instrument, reference: str, when: Timing) -> Node:
    article = when.version.article if when.version else ""
    name = Words(f"第{article}条", f"Article {article}") if article.isdecimal() and _has_articles(instrument) else None
    return {
        "urn": node_urn(instrument.jurisdiction, reference),
        "assessable": False,
        "depth": 2,
        "parent_urn": node_urn(instrument.jurisdiction, instrument.key),
        "ref_id": reference,
        **both(name=name),
    }


def _has_articles(instrument: Instrument) -> bool:
    """Whether its numbers are those of articles; standards have clauses, practice has neither."""
    return instrument.rank in (
        "law", "administrative_regulation", "departmental_rule", "normative_document", "foreign_law",
    )  # fmt: skip


def _groups(provision: Provision, when: Timing) -> list[str]:
    """Who bears it, how it is met, and whether it is still to come."""
    upcoming = [UPCOMING] if when.standing == "not_yet" else []
    return [*(f"role-{one}" for one in provision.bearers), f"state-{provision.state}", *upcoming]


def _group_definitions(chosen: Mapping[Provision, Timing], roles: Mapping[str, Words]) -> Iterator[Node]:
    names = {f"state-{state}": words for state, words in STATES.items()}
    names[UPCOMING] = Words("已公布、尚未施行", "Published, not yet in force")
    used = dict.fromkeys(group for one, when in chosen.items() for group in _groups(one, when))
    for group in used:
        bearer = group.removeprefix("role-")
        words = names.get(group) or roles.get(bearer) or Words(bearer, bearer)
        yield {"ref_id": group, **both(name=words)}
