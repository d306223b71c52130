"""What becomes of records that were set aside on their way into the database (REC003): look, try again, or give up.

Knows that giving up takes a reason, which the ledger binds: the record of a request will be missing, and it is said why and by
which bytes. Knows no spool.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hegui.errors import InputError
from hegui.ledger import canonical
from hegui.ledger.entry import SALT_SIZE, Entry, commit

__all__ = [
    "DISCARD", "MAX_REASON", "Discarded", "SetAside", "SetAsideRecords", "discard_record", "discarded_bytes",
    "retry_records",
]  # fmt: skip

MAX_REASON = 1000
"""Characters of a reason."""
DISCARD = "discard"
"""The payload's name in the entry."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that waits for a person.

    Attributes:
        id: spool and number.
        problem: why it was set aside.
        exchange_id, application_id, finished_at: of the exchange; None where the record cannot be read.
        has_content: whether sealed content waits with it.
        size: of the bytes that wait; `sha256` is theirs.
    """

    id: str
    problem: str
    exchange_id: str | None
    application_id: str | None
    finished_at: datetime | None
    has_content: bool
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Discarded:
    """A record that was given up.

    Attributes:
        index, salt: its entry's place in the ledger, and what opens the commitment in it; None while it has no place.
    """

    id: str
    exchange_id: str | None
    discarded_at: datetime
    problem: str
    reason: str
    sha256: str
    index: int | None = None
    salt: bytes | None = None


class SetAsideRecords(Protocol):
    """The records set aside on this machine, and those given up on any."""

    def list(self) -> tuple[Sequence[SetAside], Sequence[str]]:
        """All of them, and the names of spools that cannot be read."""

    def find(self, record_id: str) -> SetAside:
        """Raises NotFoundError (REC008)."""

    def retry(self, record_id: str) -> str | None:
        """Hand the record to the database again; None when it is there now, else why it stays set aside.

        Raises NotFoundError (REC008), InternalError (STO004, REC005, VLT016): nothing has changed.
        """

    def discard(self, record: Discarded, entry: Entry, salt: bytes) -> None:
        """Write down that it is given up, let the entry wait for its place, then remove the record. Doing it twice does no
        harm. Raises InternalError (STO004)."""

    def discarded(self) -> Sequence[Discarded]:
        """Oldest first."""


def retry_records(records: SetAsideRecords, ids: Sequence[str]) -> Sequence[tuple[str, str | None]]:
    """Each id with what `SetAsideRecords.retry` says of it, all of them where none is named."""
    wanted = ids or [one.id for one in records.list()[0]]
    return [(record_id, records.retry(record_id)) for record_id in wanted]


def discard_record(
    records: SetAsideRecords, record_id: str, reason: str, *, at: datetime, random: Callable[[int], bytes]
) -> Discarded:
    """Give a record up.

    Args:
        reason: for whoever asks later: 1 to MAX_REASON characters, none of them a control character.
    Raises:
        InputError: REC009, the reason is none. NotFoundError: REC008.
    """
    said = reason.strip()
    if not 1 <= len(said) <= MAX_REASON or not said.isprintable():
        problem = f"a reason has 1 to {MAX_REASON} characters, and no control characters."
        raise InputError("REC009", "reason", problem, "Say why the record may go.")
    found = records.find(record_id)
    given_up = Discarded(found.id, found.exchange_id, at, found.problem, said, found.sha256)
    salt = random(SALT_SIZE)
    millisecond = at.replace(microsecond=at.microsecond // 1000 * 1000)
    bound = (commit(DISCARD, discarded_bytes(given_up), salt),)
    records.discard(given_up, Entry("record.discarded", found.id, "operator", millisecond, bound), salt)
    return given_up


def discarded_bytes(record: Discarded) -> bytes:
    """What the entry commits to, RFC 8785 JSON; the instant in microseconds since 1970 UTC."""
    return canonical.encode(
        {
            "id": record.id,
            "exchange_id": record.exchange_id,
            "discarded_at": (record.discarded_at - _EPOCH) // timedelta(microseconds=1),
            "problem": record.problem,
            "reason": record.reason,
            "sha256": record.sha256,
        }
    )
