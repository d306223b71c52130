"""One opened store: every repository over one database."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from hegui.ledger.entry import Entry
from hegui.store.applications import SqlApplications
from hegui.store.contents import SqlContents
from hegui.store.database import Database
from hegui.store.drain import Drain, Keeper
from hegui.store.evidence_loop import EvidenceLoop, Rounds
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.exchanges import SqlExchanges
from hegui.store.instants import utc_now
from hegui.store.keeper import SqlKeeper
from hegui.store.leases import Lease
from hegui.store.lexicons import SqlLexicons
from hegui.store.opening import Migrate, open_database
from hegui.store.policy_stages import SqlPolicyStages
from hegui.store.retention import SqlRetention
from hegui.store.sequencer import Ledger, Sequencer
from hegui.store.set_aside import SpoolsAside
from hegui.store.subject_keys import SqlSubjectKeys
from hegui.store.tables import ledger_entries, ledger_waiting

__all__ = ["Store", "open_keeper", "open_store"]

SEQUENCER = "sequencer"
"""Name of the lease of whoever writes to the log."""
LEDGER_KEY = "ledger-key"
"""Name of the lease of whoever changes the log's key; sequencers let them go first."""
LEASE_SECONDS = 10.0
"""How long another sequencer waits for one that has died."""

RETENTION_LEASE_SECONDS = 60.0
"""The same for who deletes; a batch of blobs may take a while."""


@dataclass(frozen=True, slots=True)
class Store:
    """The repositories. They may be used from any thread."""

    applications: SqlApplications
    exchanges: SqlExchanges
    lexicons: SqlLexicons
    stages: SqlPolicyStages
    subject_keys: SqlSubjectKeys
    contents: SqlContents
    retention: SqlRetention
    keeper: SqlKeeper
    database: Database

    def open_evidence(
        self,
        folder: Path,
        ledger: Ledger,
        keeper: Keeper | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        publish_seconds: float = 1.0,
        share: Callable[[], float] = lambda: 1.0,
        rounds: Rounds | None = None,
        round_seconds: float = 3600.0,
    ) -> EvidenceLoop:
        """What moves the records of the spools in `folder` into database and ledger; stop it before closing."""
        lease = Lease(self.database, SEQUENCER, seconds=LEASE_SECONDS, clock=clock, before=LEDGER_KEY)
        return EvidenceLoop(
            folder,
            Drain(folder, EvidenceWriter(self.database, os.urandom), keeper),
            Sequencer(self.database, ledger, lease),
            publish_seconds=publish_seconds,
            share=share,
            rounds=rounds,
            round_seconds=round_seconds,
        )

    def retention_turn(self, clock: Callable[[], datetime] = utc_now) -> Lease:
        """Says which of all processes on this database carries out retention now."""
        return Lease(self.database, "retention", seconds=RETENTION_LEASE_SECONDS, clock=clock)

    def open_set_aside(self, folder: Path, keeper: Keeper | None = None) -> SpoolsAside:
        """The records set aside in the spools in `folder`."""
        return SpoolsAside(folder, self.database, EvidenceWriter(self.database, os.urandom), keeper)

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Let entries that belong to no exchange wait for their places in the ledger; a subject is entered once.

        Raises InternalError STO004.
        """
        subjects = [entry.subject for entry in entries]
        with self.database.writing() as connection:
            known: set[str] = set()
            for table in (ledger_waiting, ledger_entries):
                known.update(connection.scalars(select(table.c.subject).where(table.c.subject.in_(subjects))))
            rows = [{"subject": one.subject, "entry": one.encode()} for one in entries if one.subject not in known]
            if rows:
                connection.execute(ledger_waiting.insert(), rows)

    def entries_waiting(self) -> int:
        """Ledger entries that no checkpoint covers yet, count. Raises InternalError STO004."""
        with self.database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(ledger_waiting)) or 0

    def oldest_entry_at(self) -> datetime | None:
        """The instant of the entry that waits longest for a checkpoint. Raises InternalError STO004."""
        first = select(ledger_waiting.c.entry).order_by(ledger_waiting.c.number).limit(1)
        with self.database.reading() as connection:
            found = connection.scalar(first)
        return None if found is None else Entry.decode(bytes(found)).at

    def close(self) -> None:
        """Close the connections."""
        self.database.engine.dispose()


def open_store(
    url: str, *, clock: Callable[[], datetime] = utc_now, busy_seconds: float = 5.0, migrate: Migrate = "auto"
) -> Store:
    """Open the database at `url`; file, folder and schema are created where missing.

    Args:
        url: such as `sqlite:///state/hegui.sqlite3` or `postgresql+psycopg://user@host/name`.
        clock: says which keys are still live.
        busy_seconds: how long to wait for another process to finish writing.
        migrate: `auto` brings the schema up to date, `check` refuses one that is not.
    Raises:
        InputError: STO001 to STO003 and STO005 to STO007, see `open_database`.
    """
    database = open_database(url, busy_seconds=busy_seconds, migrate=migrate)
    return Store(
        SqlApplications(database, clock),
        SqlExchanges(database),
        SqlLexicons(database),
        SqlPolicyStages(database),
        SqlSubjectKeys(database),
        SqlContents(database),
        SqlRetention(database),
        SqlKeeper(database),
        database,
    )


def open_keeper(url: str) -> SqlKeeper:
    """The keeper of the database at `url`, whatever the state of its schema. Raises as `open_store`."""
    return SqlKeeper(open_database(url, migrate="never"))
