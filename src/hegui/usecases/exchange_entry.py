"""What the ledger says of an exchange: that it was recorded, by whom, under what, and a commitment to its record.

Knows the record's canonical form and the entry; knows no database. The entry names no person: the pseudonym is in the
record, which only the salted digests of the entry bind.
Rules: docs/ledger-format.md §1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta

from hegui.ledger import canonical
from hegui.ledger.canonical import Value
from hegui.ledger.entry import MAX_ID, Commitment, Entry, InForce, commit
from hegui.usecases.ports import Exchange

__all__ = ["RECORD", "entry_of", "record_of"]

RECORD = "record"
"""The payload's name in the entry."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MEMBERS = tuple(field.name for field in fields(Exchange))
_LATER = ("models", "needs_review", "shadow_policy", "shadow_decision", "files", "unmarked_terms")
"""Members that came later: left out where they say nothing, so that what was bound before still is."""
_INSTANTS = ("started_at", "first_token_at", "finished_at")


def record_of(exchange: Exchange) -> bytes:
    """The record as RFC 8785 JSON: members as in `ports.Exchange`, instants in microseconds since 1970 UTC."""
    members: dict[str, Value] = {name: getattr(exchange, name) for name in _MEMBERS}
    for name in _INSTANTS:
        instant = getattr(exchange, name)
        members[name] = None if instant is None else (instant - _EPOCH) // _MICROSECOND
    usage = exchange.usage
    members["usage"] = None if usage is None else asdict(usage)
    members["findings"] = [asdict(finding) for finding in exchange.findings]
    for name in _LATER:
        if not members[name]:
            del members[name]
    return canonical.encode(members)


def entry_of(exchange: Exchange, salt: bytes, content: Sequence[Commitment] = ()) -> Entry:
    """The entry, which binds the record under this salt, and the content that the vault keeps of it."""
    finished_at = exchange.finished_at
    return Entry(
        type="exchange.recorded",
        subject=exchange.id,
        actor=exchange.application_id,
        at=finished_at.replace(microsecond=finished_at.microsecond // 1000 * 1000),
        payloads=(commit(RECORD, record_of(exchange), salt), *content),
        under=InForce(_id(exchange.policy), _id(exchange.lexicon), None, _id(exchange.model)),
    )


def _id(text: str) -> str | None:
    """A client chooses the model's name; what is no id is left to the record."""
    return text if 1 <= len(text) <= MAX_ID and text.isprintable() else None
