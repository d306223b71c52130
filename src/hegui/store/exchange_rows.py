"""Exchanges as rows and back.

Knows which column holds which attribute; knows no query. Rows to write are plain tuples of the driver's own
types in the order of the table's columns, because the recorder makes them by the thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from sqlalchemy import RowMapping

from hegui.ledger.entry import Commitment
from hegui.store.instants import to_micros
from hegui.usecases.ports import Exchange, FindingRecord, TokenUsage
from hegui.vault.parts import kind_of_part

__all__ = ["exchange_from_row", "exchange_row", "finding_from_row", "finding_rows", "part_rows", "storable"]

Written = TypeVar("Written", Exchange, FindingRecord)

_EXCHANGE_TEXTS, _FINDING_TEXTS = (
    tuple(field.name for field in fields(kind) if field.type in ("str", "str | None"))
    for kind in (Exchange, FindingRecord)
)
"""The members that are texts."""


def storable(exchange: Exchange) -> Exchange:
    """The exchange as every database can hold it: U+FFFD for each NUL of its texts, before anything is bound to them.

    Raises TypeError for a text that is none.
    """
    findings = exchange.findings
    if any(_has_nul(finding, _FINDING_TEXTS) for finding in findings):
        findings = tuple(_without_nul(finding, _FINDING_TEXTS) for finding in findings)
    elif not _has_nul(exchange, _EXCHANGE_TEXTS):
        return exchange
    return replace(_without_nul(exchange, _EXCHANGE_TEXTS), findings=findings)


def _has_nul(value: object, texts: Sequence[str]) -> bool:
    return "\0" in "".join([getattr(value, text) or "" for text in texts])


def _without_nul(value: Written, texts: Sequence[str]) -> Written:
    given = ((text, getattr(value, text)) for text in texts)
    changes: dict[str, Any] = {text: words.replace("\0", "\ufffd") for text, words in given if words}
    return replace(value, **changes)


def exchange_row(exchange: Exchange) -> tuple[Any, ...]:
    """The row of table `exchanges`."""
    usage = exchange.usage
    first_token_at = exchange.first_token_at
    return (
        exchange.id,
        exchange.application_id,
        exchange.key_id,
        exchange.user,
        exchange.endpoint,
        exchange.model,
        exchange.streamed,
        to_micros(exchange.started_at),
        None if first_token_at is None else to_micros(first_token_at),
        to_micros(exchange.finished_at),
        exchange.status,
        exchange.outcome,
        exchange.decision,
        exchange.policy,
        exchange.lexicon,
        exchange.prompt_characters,
        exchange.screened_characters,
        exchange.delivered_characters,
        exchange.withheld_characters,
        exchange.withheld_events,
        None if usage is None else usage.prompt,
        None if usage is None else usage.completion,
        None if usage is None else usage.total,
        exchange.upstream_id,
        exchange.error,
        exchange.models,
        exchange.needs_review,
        exchange.shadow_policy,
        exchange.shadow_decision,
        exchange.files,
        exchange.unmarked_terms,
    )


def finding_rows(exchange: Exchange) -> Iterator[tuple[Any, ...]]:
    """The rows of table `findings`."""
    for position, finding in enumerate(exchange.findings):
        yield (
            exchange.id,
            position,
            finding.direction,
            finding.path,
            finding.start,
            finding.end,
            finding.term_id,
            finding.risk,
            finding.severity,
            finding.grade,
            finding.action,
        )


def part_rows(exchange: Exchange, content: Sequence[Commitment]) -> Iterator[tuple[Any, ...]]:
    """The rows of table `content_parts`, one for each part that the vault keeps."""
    made_at = to_micros(exchange.started_at)
    for position, one in enumerate(content):
        yield exchange.id, one.name, position, kind_of_part(one.name), made_at


def exchange_from_row(row: RowMapping, findings: Sequence[FindingRecord]) -> Exchange:
    """The exchange of a row of `exchanges`, with its findings."""
    values = dict(row)
    counts = [values.pop(f"usage_{part}") for part in ("prompt", "completion", "total")]
    usage = None if counts[0] is None else TokenUsage(*counts)
    return Exchange(**values, usage=usage, findings=tuple(findings))


def finding_from_row(row: RowMapping) -> FindingRecord:
    """The finding of a row of `findings`."""
    return FindingRecord(**{name: row[name] for name in row if name not in ("exchange_id", "position")})
