"""One opened store: every repository over one database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hegui.store.applications import SqlApplications
from hegui.store.database import Database
from hegui.store.exchange_writer import ExchangeWriter
from hegui.store.exchanges import SqlExchanges
from hegui.store.instants import utc_now
from hegui.store.keeper import SqlKeeper
from hegui.store.lexicons import SqlLexicons
from hegui.store.opening import Migrate, open_database
from hegui.store.recorder import QueueRecorder

__all__ = ["Store", "open_keeper", "open_store"]


@dataclass(frozen=True, slots=True)
class Store:
    """The repositories. They may be used from any thread."""

    applications: SqlApplications
    exchanges: SqlExchanges
    lexicons: SqlLexicons
    keeper: SqlKeeper
    database: Database

    def open_recorder(
        self, *, capacity: int, close_seconds: float = 30.0, gather_seconds: float = 0.0
    ) -> QueueRecorder:
        """A recorder with a thread of its own; close it before the store."""
        return QueueRecorder(
            ExchangeWriter(self.database),
            capacity=capacity,
            close_seconds=close_seconds,
            gather_seconds=gather_seconds,
        )

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
        SqlApplications(database, clock), SqlExchanges(database), SqlLexicons(database), SqlKeeper(database), database
    )


def open_keeper(url: str) -> SqlKeeper:
    """The keeper of the database at `url`, whatever the state of its schema. Raises as `open_store`."""
    return SqlKeeper(open_database(url, migrate="never"))
