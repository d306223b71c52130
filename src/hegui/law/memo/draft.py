"""A draft beside the final text, as a memo and as plain values (草案与正式文本对照)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hegui.law.assessment import Answer
from hegui.law.book import LawBook
from hegui.law.draft_comparison import DraftComparison, RowForService
from hegui.law.draft_rows import DraftRow, DraftTable
from hegui.law.expression import written
from hegui.law.memo.comparing import answer_line, confidence_text, facts_lines, footer, headed
from hegui.law.memo.words import INDENT, joined
from hegui.law.plain import plain_words
from hegui.locale import message

__all__ = ["draft_lines", "draft_table_lines", "plain_draft", "plain_draft_table"]


def draft_table_lines(book: LawBook, table: DraftTable, lang: str) -> Iterator[str]:
    """The comparison of the texts, for no service in particular."""
    yield _title(book, table, lang)
    for row in table.rows:
        yield from _row(row, lang)
    yield ""
    yield footer(book, lang)


def draft_lines(found: DraftComparison, lang: str) -> Iterator[str]:
    """The comparison for a service: what either text puts on it, then row by row what the change means for it."""
    book, table = found.final.book, found.table
    yield _title(book, table, lang)
    yield message("law.draft_diff.days", lang, draft=table.draft_as_of, final=table.final_as_of)
    tally = (message("law.draft_diff.tally", lang, effect=_effect(e, lang), count=n) for e, n in found.tally.items())
    yield joined(tally, lang)
    yield from headed("law.draft_diff.draft_duties", [answer_line(one, lang) for one in found.draft_duties], lang)
    yield from headed("law.draft_diff.final_duties", [answer_line(one, lang) for one in found.final_duties], lang)
    yield ""
    yield message("law.draft_diff.rows", lang)
    for one in found.rows:
        yield from _row(one.row, lang, one)
        yield from (INDENT * 3 + line for line in facts_lines(book, one.missing, lang))
        if one.also:
            also = joined((f"{answer.provision.id} ({_outcome(answer, lang)})" for answer in one.also), lang)
            yield INDENT * 3 + message("law.draft_diff.also", lang, provisions=also)
    yield ""
    yield footer(book, lang)


def plain_draft_table(book: LawBook, table: DraftTable) -> dict[str, Any]:
    """The rows of the comparison."""
    return {
        "draft": table.draft,
        "final": table.final,
        "law_digest": book.digest,
        "rows": [_plain_row(row) for row in table.rows],
    }


def plain_draft(found: DraftComparison) -> dict[str, Any]:
    """The comparison for a service."""
    return {
        "draft": found.table.draft,
        "final": found.table.final,
        "draft_as_of": found.table.draft_as_of,
        "final_as_of": found.table.final_as_of,
        "service": found.final.profile.service,
        "law_digest": found.final.book.digest,
        "tally": dict(found.tally),
        "draft_duties": [one.provision.id for one in found.draft_duties],
        "final_duties": [one.provision.id for one in found.final_duties],
        "rows": [_plain_service_row(one) for one in found.rows],
    }


def _title(book: LawBook, table: DraftTable, lang: str) -> str:
    draft, final = book.instruments[table.draft], book.instruments[table.final]
    return message("law.draft_diff.title", lang, draft=draft.title.text(lang), final=final.title.text(lang))


def _row(row: DraftRow, lang: str, service: RowForService | None = None) -> Iterator[str]:
    effect = message("law.draft_diff.for_service", lang, effect=_effect(service.effect, lang)) if service else ""
    yield INDENT + message(
        "law.draft_diff.row",
        lang,
        draft=_clause(row.draft, lang),
        final=_clause(row.final, lang),
        kind=message(f"law.draft_diff.kind.{row.kind}", lang),
        effect=effect,
        confidence=confidence_text(row.confidence, lang),
    )
    yield INDENT * 3 + row.change.text(lang)


def _clause(clause: str | None, lang: str) -> str:
    if clause in ("title", "issuer", "count"):
        return message(f"law.draft_diff.clause.{clause}", lang)
    return clause or message("law.draft_diff.clause.none", lang)


def _effect(effect: str, lang: str) -> str:
    return message(f"law.draft_diff.effect.{effect}", lang)


def _outcome(answer: Answer, lang: str) -> str:
    return message(f"law.outcome.{answer.outcome}", lang)


def _plain_row(row: DraftRow) -> dict[str, Any]:
    return {
        "draft": row.draft,
        "final": row.final,
        "kind": row.kind,
        "direction": row.direction,
        "change": plain_words(row.change),
        "draft_provisions": list(row.draft_provisions),
        "draft_when": written(row.draft_when) if row.draft_when else None,
        "final_provisions": list(row.final_provisions),
        "see_also": list(row.see_also),
        "confidence": row.confidence,
    }


def _plain_service_row(one: RowForService) -> dict[str, Any]:
    answers = (*one.draft_answers, *one.final_answers, *one.also)
    return {
        **_plain_row(one.row),
        "draft_side": one.draft,
        "final_side": one.final,
        "effect": one.effect,
        "missing": list(one.missing),
        "outcomes": {answer.provision.id: answer.outcome for answer in answers},
    }
