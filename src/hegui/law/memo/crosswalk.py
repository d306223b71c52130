"""Chinese duties beside the law of another jurisdiction, as a memo and as plain values (域外对照)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hegui.law.crosswalk import Crosswalk, ForeignAnswer, RowHere
from hegui.law.memo.comparing import answer_line, confidence_text, facts_lines, footer, headed, version_text
from hegui.law.memo.words import INDENT, joined, standing_text
from hegui.law.plain import plain_words
from hegui.locale import message

__all__ = ["crosswalk_lines", "plain_crosswalk"]


def crosswalk_lines(found: Crosswalk, lang: str) -> Iterator[str]:
    """Row by row; then what is asked over there only, what here only, what is not compared, and what to find out."""
    book, there = found.assessment.book, message(f"law.crosswalk.to.{found.to}", lang)
    yield message("law.crosswalk.title", lang, there=there, as_of=found.assessment.as_of)
    yield message("law.crosswalk.warning", lang)
    for row in found.rows:
        if row.counterpart is not None:
            yield ""
            yield from _row(row, found, lang)
    missing = [_foreign(one, found, lang) for one in found.missing_there]
    yield from headed("law.crosswalk.missing_there", missing, lang)
    alone = [f"{one.answer.provision.id}  {one.row.duty.text(lang)}" for one in found.without_counterpart]
    yield from headed("law.crosswalk.without", alone, lang)
    if found.not_compared:
        yield ""
        names = joined((one.provision.id for one in found.not_compared), lang)
        yield message("law.crosswalk.not_compared", lang, count=len(found.not_compared), provisions=names)
    asked = list(facts_lines(book, (name for name, _ in found.to_ask), lang))
    yield from headed("law.crosswalk.to_ask", asked, lang)
    yield ""
    yield footer(book, lang)


def plain_crosswalk(found: Crosswalk) -> dict[str, Any]:
    """The whole comparison."""
    return {
        "service": found.assessment.profile.service,
        "to": found.to,
        "as_of": found.assessment.as_of,
        "law_digest": found.assessment.book.digest,
        "rows": [_plain_row(row) for row in found.rows],
        "foreign": [_plain_foreign(one) for one in found.foreign.values()],
        "missing_there": [one.id for one in found.missing_there],
        "without_counterpart": [one.answer.provision.id for one in found.without_counterpart],
        "not_compared": [one.provision.id for one in found.not_compared],
        "to_ask": [{"fact": name, "needed_by": count} for name, count in found.to_ask],
    }


def _row(row: RowHere, found: Crosswalk, lang: str) -> Iterator[str]:
    counterpart = row.counterpart
    if counterpart is None:
        return
    yield answer_line(row.answer, lang)
    confidence = confidence_text(counterpart.confidence, lang)
    yield INDENT + message("law.crosswalk.nearest", lang, words=counterpart.words.text(lang), confidence=confidence)
    yield INDENT + _closeness(row, lang)
    if row.related:
        yield INDENT + message("law.crosswalk.also" if row.also_served else "law.crosswalk.related", lang)
        yield from (INDENT * 2 + _foreign(one, found, lang) for one in row.related)


def _closeness(row: RowHere, lang: str) -> str:
    closeness, remark = message(f"law.crosswalk.closeness.{row.row.closeness}", lang), row.row.remark.text(lang)
    key = "law.crosswalk.close" if remark == closeness else "law.crosswalk.close_remark"
    return message(key, lang, closeness=closeness, remark=remark)


def _foreign(one: ForeignAnswer, found: Crosswalk, lang: str) -> str:
    provision, timing = one.answer.provision, one.answer.timing
    version = timing.version or provision.versions[-1]
    effective = version.span.effective
    needed = joined((*one.answer.missing, *one.answer.unclear), lang)
    status = message(f"law.crosswalk.status.{one.status}", lang, standing=standing_text(timing, lang), facts=needed)
    if one.status == "may_apply" and not timing.binds and effective:
        status += message("law.crosswalk.not_before", lang, effective=effective)
    where = version_text(found.assessment.book, provision, version, lang)
    confidence = confidence_text(provision.confidence, lang)
    return f"{provision.id}  {where}  {provision.title.text(lang)} — {status} [{confidence}]"


def _plain_row(row: RowHere) -> dict[str, Any]:
    counterpart = row.counterpart
    return {
        "id": row.answer.provision.id,
        "outcome": row.answer.outcome,
        "missing": list(row.answer.missing),
        "unclear": list(row.answer.unclear),
        "duty": plain_words(row.row.duty),
        "closeness": row.row.closeness,
        "remark": plain_words(row.row.remark),
        "nearest": plain_words(counterpart.words) if counterpart else None,
        "confidence": counterpart.confidence if counterpart else None,
        "foreign": [one.id for one in row.foreign],
        "related": [one.id for one in row.related],
        "also_served": [one.id for one in row.also_served],
    }


def _plain_foreign(one: ForeignAnswer) -> dict[str, Any]:
    provision, timing = one.answer.provision, one.answer.timing
    version = timing.version or provision.versions[-1]
    return {
        "id": one.id,
        "title": plain_words(provision.title),
        "act": plain_words(provision.act),
        "status": one.status,
        "standing": timing.standing,
        "effective": version.span.effective,
        "until": version.span.until,
        "missing": list(one.answer.missing),
        "confidence": provision.confidence,
    }
