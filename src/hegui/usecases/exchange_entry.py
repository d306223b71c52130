"""What the ledger says of an exchange: that it was recorded, by whom, under what, and a commitment to its record.

Knows the record's canonical form and the entry; knows no database. The entry names no person: the pseudonym is in the
record, which only the salted digests of the entry bind.
Rules: docs/ledger-format.md §1.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

from hegui.ledger import canonical
from hegui.ledger.canonical import Value
from hegui.ledger.entry import MAX_ID, Entry, InForce, commit
from hegui.usecases.ports import Exchange, FindingRecord, TokenUsage

__all__ = ["RECORD", "entry_of", "record_of"]

RECORD = "record"
"""The payload's name in the entry."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEMBERS = tuple(field.name for field in fields(Exchange))


def record_of(exchange: Exchange) -> bytes:
    """The record as RFC 8785 JSON: members as in `ports.Exchange`, instants in microseconds since 1970 UTC."""
    return canonical.encode({name: _value(getattr(exchange, name)) for name in _MEMBERS})


def entry_of(exchange: Exchange, salt: bytes) -> Entry:
    """The entry, which binds the record under this salt."""
    finished_at = exchange.finished_at
    return Entry(
        type="exchange.recorded",
        subject=exchange.id,
        actor=exchange.application_id,
        at=finished_at.replace(microsecond=finished_at.microsecond // 1000 * 1000),
        payloads=(commit(RECORD, record_of(exchange), salt),),
        under=InForce(_id(exchange.policy), _id(exchange.lexicon), None, _id(exchange.model)),
    )


def _value(value: object) -> Value:
    match value:
        case datetime():
            return (value - _EPOCH) // timedelta(microseconds=1)
        case FindingRecord() | TokenUsage():
            return {field.name: _value(getattr(value, field.name)) for field in fields(value)}
        case tuple():
            return [_value(item) for item in value]
        case str() | int() | None:
            return value
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a record")


def _id(text: str) -> str | None:
    """A client chooses the model's name; what is no id is left to the record."""
    return text if 1 <= len(text) <= MAX_ID and text.isprintable() else None
