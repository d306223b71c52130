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
        self._exchanges = database.bulk(exchanges)
        self._findings = database.bulk(findings)
        self._connection: PoolProxiedConnection | None = None
        driver: Any = database.engine.dialect.loaded_dbapi
        self._of_the_driver = (driver.Error, DBAPIError)  # the second when it cannot even connect
        self._repeated = driver.IntegrityError

    def write(self, batch: Sequence[Exchange]) -> None:
        """Write all of `batch` or nothing; durable on return.

        What is there already, and the same, is no error: a commit may reach the disk and report a failure all the same.
        """
        try:
            self._transact(batch)
        except self._repeated as error:
            left = self._unwritten(batch)
            if len(left) == len(batch):
                raise RecordRefused(self._name(error)) from None
        except Exception as error:
            if self._database.is_refusal(error):
                raise RecordRefused(self._name(error)) from None
            if isinstance(error, self._of_the_driver):
                raise DatabaseAway(self._name(error)) from None
            raise
        else:
            return
        if left:
            self.write(left)

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

    def _unwritten(self, batch: Sequence[Exchange]) -> Sequence[Exchange]:
        """Those of `batch` that are not in the database as they are."""
        try:
            with self._database.engine.connect() as connection:
                found = read_exchanges(connection, [exchanges.c.id.in_([one.id for one in batch])], len(batch))
        except self._of_the_driver as error:
            raise DatabaseAway(self._name(error)) from None
        written = {one.id: _as_stored(one) for one in found}
        return [one for one in batch if written.get(one.id) != _as_stored(one)]

    def _name(self, error: Exception) -> str:
        """The kind of error and the driver's words, which quote nothing that was written."""
        words = self._database.words(error) if isinstance(error, self._of_the_driver) else ""
        kind = type(error).__name__
        return f"{kind}: {words}" if words and words != kind else kind


def _as_stored(exchange: Exchange) -> list[tuple[Any, ...]]:
    """Its rows, as they read when the database holds no NUL in a text."""
    rows = [exchange_row(exchange), *finding_rows(exchange)]
    return [tuple(value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in row) for row in rows]


def _leave(connection: PoolProxiedConnection) -> None:
    """Undo what was begun and close; the next batch gets a fresh connection.

    Closing alone would not do: SQLite keeps a closed connection, and its lock, while a traceback holds a cursor.
    """
    with suppress(Exception):  # the connection may be past rolling back, and is given up in any case
        connection.rollback()
    connection.invalidate()
