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
from hegui.store.lexicons import SqlLexicons
from hegui.store.opening import open_database
from hegui.store.recorder import QueueRecorder

__all__ = ["Store", "open_store"]


@dataclass(frozen=True, slots=True)
class Store:
    """The repositories. They may be used from any thread."""

    applications: SqlApplications
    exchanges: SqlExchanges
    lexicons: SqlLexicons
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


def open_store(url: str, *, clock: Callable[[], datetime] = utc_now, busy_seconds: float = 5.0) -> Store:
    """Open the database at `url`; file, folder and schema are created where missing.

    Args:
        url: such as `sqlite:///state/hegui.sqlite3`.
        clock: says which keys are still live.
        busy_seconds: how long to wait for another process to finish writing.
    Raises:
        InputError: STO001 newer schema, STO002 unusable URL, STO003 unusable file.
    """
    database = open_database(url, busy_seconds=busy_seconds)
    return Store(SqlApplications(database, clock), SqlExchanges(database), SqlLexicons(database), database)
