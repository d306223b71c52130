"""Write batches of exchanges, each in one transaction, on a connection of one thread's own.

Knows the driver: statements and transactions go to it directly, because SQLAlchemy's own cost more
interpreter time than the insert itself (0.15 ms a commit, measured), and that time is the event loop's.
Knows no queue and no thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from sqlalchemy import PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

from hegui.store.bulk import BulkInsert
from hegui.store.database import Database
from hegui.store.exchange_rows import exchange_row, finding_rows
from hegui.store.exchanges import read_exchanges
from hegui.store.recorder import DatabaseAway, RecordRefused
from hegui.store.tables import exchanges, findings
from hegui.usecases.ports import Exchange

__all__ = ["ExchangeWriter"]


class ExchangeWriter:
    """Implements `recorder.Writer`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._exchanges = BulkInsert(exchanges, database.engine.dialect)
        self._findings = BulkInsert(findings, database.engine.dialect)
        self._connection: PoolProxiedConnection | None = None
        driver: Any = database.engine.dialect.loaded_dbapi
        self._away = (driver.Error, DBAPIError)  # the second when it cannot even connect
        self._repeated = driver.IntegrityError
        of_the_driver = (driver.IntegrityError, driver.DataError, driver.InterfaceError, driver.ProgrammingError)
        self._refused = (*of_the_driver, ValueError, TypeError, OverflowError)

    def write(self, batch: Sequence[Exchange]) -> None:
        """Write all of `batch` or nothing; durable on return.

        A single exchange that is there already, and the same, is no error: a commit may reach the disk and
        report a failure all the same.
        """
        try:
            self._transact(batch)
        except self._refused as error:
            is_written = isinstance(error, self._repeated) and len(batch) == 1 and self._is_written(batch[0])
            if not is_written:
                raise RecordRefused(self._name(error)) from None
        except self._away as error:
            raise DatabaseAway(self._name(error)) from None

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _transact(self, batch: Sequence[Exchange]) -> None:
        rows = [exchange_row(exchange) for exchange in batch]
        details = list(chain.from_iterable(finding_rows(exchange) for exchange in batch if exchange.findings))
        if self._connection is None:
            self._connection = self._database.engine.raw_connection()
        try:
            cursor = self._connection.cursor()
            self._database.begin_writing(cursor)
            self._exchanges.insert(cursor, rows)
            self._findings.insert(cursor, details)
            self._connection.commit()
        except BaseException:
            _leave(self._connection)
            self._connection = None
            raise

    def _is_written(self, exchange: Exchange) -> bool:
        with self._database.engine.connect() as connection:
            return read_exchanges(connection, [exchanges.c.id == exchange.id], 1) == [exchange]

    def _name(self, error: Exception) -> str:
        """The kind of error, and the first line of the driver's words, which quotes nothing that was written."""
        words = str(error).partition("\n")[0] if isinstance(error, self._away) else ""
        return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _leave(connection: PoolProxiedConnection) -> None:
    """Undo what was begun and close; the next batch gets a fresh connection.

    Closing alone would not do: SQLite keeps a closed connection, and its lock, while a traceback holds a cursor.
    """
    with suppress(Exception):  # the connection may be past rolling back, and is given up in any case
        connection.rollback()
    connection.invalidate()
