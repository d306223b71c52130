"""What carrying out retention needs from the outside: which content a record has, and deleting with an entry in one go.

Knows no database. The implementation lives in `store/` and is handed over by `compose`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from hegui.ledger.entry import Entry
from hegui.usecases.vault_ports import BlobStore, SubjectKeys
from hegui.vault.expiry import Rules
from hegui.vault.retention import Kind

__all__ = ["Contents", "KeptPart", "KeptRecord", "Retention", "RetentionHome", "Stated", "Statement", "TakenAway"]


class KeptRecord(NamedTuple):
    """The record of an exchange: its id and when the exchange began."""

    record: str
    made_at: datetime


class KeptPart(NamedTuple):
    """A part of a record that is kept in the vault; `user` is the pseudonym, None where nobody knows."""

    record: str
    part: str
    kind: Kind
    made_at: datetime
    user: str | None


class Contents(Protocol):
    """Which content is kept, by record and part. Written together with the record. Raises InternalError STO004."""

    def of(self, record: str) -> Sequence[KeptPart]:
        """The parts of a record, in the order in which they were kept."""

    def of_user(self, user: str) -> Iterator[KeptPart]:
        """Every part of a user, oldest first."""

    def forget(self, parts: Collection[tuple[str, str]]) -> None:
        """Write down that these, record and part, are gone."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Something the ledger is told, and the document that says it whole: the entry commits to it under the salt."""

    entry: Entry
    document: bytes
    salt: bytes


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement as it was kept; `index` is its place in the ledger, None while no checkpoint covers it."""

    type: str
    subject: str
    at: datetime
    document: bytes
    salt: bytes | None
    index: int | None


@dataclass(frozen=True, slots=True)
class TakenAway:
    """What one transaction took away.

    Attributes:
        parts, records: only what was still there.
        entries: places in the ledger of the records this speaks of, ascending.
        keys: ids of keys destroyed, of subjects that had this record alone.
    """

    parts: tuple[KeptPart, ...]
    records: tuple[KeptRecord, ...]
    entries: tuple[int, ...]
    keys: tuple[str, ...]


class Retention(Protocol):
    """Finds what may be due and takes it away. Every operation raises InternalError STO004 when the database fails."""

    def parts(
        self, kind: Kind, before: datetime, after: tuple[datetime, str, str] | None, limit: int
    ) -> Sequence[KeptPart]:
        """Parts of a kind made before an instant, oldest first, behind the one of this instant, record and part."""

    def records(
        self, before: datetime, after: tuple[datetime, str] | None, limit: int, apart_from: Mapping[Kind, datetime]
    ) -> Sequence[KeptRecord]:
        """Records made before an instant of which no content is kept any more, oldest first; content of a kind that was made
        before the instant in `apart_from` does not count."""

    def waiting(self, records: Collection[str]) -> frozenset[str]:
        """Those of these records whose entries no published checkpoint covers yet."""

    def count(self, before: Mapping[Kind, datetime]) -> int:
        """How many parts and records were made before the instant of their kind."""

    def take_away(
        self,
        parts: Sequence[KeptPart],
        records: Sequence[KeptRecord],
        at: datetime,
        tell: Callable[[TakenAway], Statement],
    ) -> TakenAway:
        """Delete these parts' lines, these records with their findings and salts, and what `tell` says of it waits for the
        ledger: all of it or nothing. Where nothing was there any more, nothing is told.

        A part whose user nobody knows has a key of its record's own; with the last such part the key is destroyed.
        """

    def state(self, statement: Statement) -> bool:
        """Let a statement wait for the ledger; False where one of the same subject was made already."""

    def statements(self, *types: str) -> Iterator[Stated]:
        """What was stated, of these types or of all, oldest first."""


@dataclass(frozen=True, slots=True)
class RetentionHome:
    """What carrying out retention works with.

    Attributes:
        random: gives that many bytes of a cryptographic source.
        clock: the instant, in UTC.
    """

    retention: Retention
    keys: SubjectKeys
    blobs: BlobStore
    rules: Rules
    random: Callable[[int], bytes]
    clock: Callable[[], datetime]
