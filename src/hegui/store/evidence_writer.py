"""Take over what waited in a spool: exchanges, findings, lines of content, ledger entries and how far we came, at once.

Knows the driver: bulk statements go to it directly. Knows no file of a spool and no thread. All is one transaction: because
the position is written with the records, whatever is handed in again after a crash is known to be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DBAPIError

from hegui.errors import HeguiError, InternalError
from hegui.ledger.entry import SALT_SIZE
from hegui.store.database import Database
from hegui.store.exchange_rows import exchange_row, finding_rows, part_rows, storable
from hegui.store.recorder import DatabaseAway, RecordRefused
from hegui.store.tables import content_parts, exchanges, findings, ledger_waiting, spool_positions
from hegui.usecases.exchange_entry import entry_of
from hegui.usecases.ports import Exchange
from hegui.usecases.take_content import TakenOver

__all__ = ["EvidenceWriter"]

_NOTHING = TakenOver()


class EvidenceWriter:
    """Writes batches; for one thread at a time.

    Args:
        random_bytes: for salts, from the operating system.
    """

    def __init__(self, database: Database, random_bytes: Callable[[int], bytes]) -> None:
        self._database = database
        self._random_bytes = random_bytes
        self._exchanges = database.bulk(exchanges)
        self._findings = database.bulk(findings)
        self._parts = database.bulk(content_parts)
        self._entries = database.bulk(ledger_waiting, ("subject", "salt", "entry"))
        driver: Any = database.engine.dialect.loaded_dbapi
        self._of_the_driver = (driver.Error, DBAPIError, HeguiError)

    def position(self, spool: str) -> int:
        """The number up to which a spool has been taken over; 0 for an unknown one. Raises DatabaseAway."""
        query = select(spool_positions.c.number).where(spool_positions.c.spool == spool)
        try:
            with self._database.reading() as connection:
                return connection.scalar(query) or 0
        except self._of_the_driver as error:
            raise DatabaseAway(self._name(_cause(error))) from None

    def write(
        self,
        spool: str,
        last: int,
        batch: Sequence[Exchange],
        content: Mapping[str, TakenOver] | None = None,
    ) -> None:
        """Write all of `batch`, which ends with number `last` of the spool, or nothing; durable on return.

        Args:
            content: exchange id → what the vault keeps of it, or dropped.
        Raises RecordRefused when the database will not have it, DatabaseAway when it cannot now.
        """
        self._write(batch, content or {}, lambda connection: _came_to(connection, spool, last))

    def add(self, exchange: Exchange, content: TakenOver) -> None:
        """Write one that does not come from a spool, as `write`."""
        self._write([exchange], {exchange.id: content}, lambda _: None)

    def _write(
        self, batch: Sequence[Exchange], content: Mapping[str, TakenOver], besides: Callable[[Connection], None]
    ) -> None:
        try:
            batch = [storable(exchange) for exchange in batch]
            rows = [exchange_row(exchange) for exchange in batch]
            details = list(chain.from_iterable(map(finding_rows, batch)))
            parts = [row for one in batch for row in part_rows(one, content.get(one.id, _NOTHING).commitments)]
            entries = list(chain.from_iterable(self._entries_of(one, content.get(one.id, _NOTHING)) for one in batch))
        except Exception as error:  # nothing is asked of anybody here: whatever it is, the record is to blame
            raise RecordRefused(self._name(error)) from None
        try:
            with self._database.writing() as connection:
                cursor = connection.connection.cursor()
                self._exchanges.insert(cursor, rows)
                self._findings.insert(cursor, details)
                self._parts.insert(cursor, parts)
                self._entries.insert(cursor, entries)
                cursor.close()
                besides(connection)
        except Exception as error:
            cause = _cause(error)
            if self._database.is_refusal(cause):
                raise RecordRefused(self._name(cause)) from None
            if isinstance(cause, self._of_the_driver):
                raise DatabaseAway(self._name(cause)) from None
            raise

    def release(self, spool: str) -> None:
        """Forget the position of a spool that is gone for good."""
        with self._database.writing() as connection:
            connection.execute(spool_positions.delete().where(spool_positions.c.spool == spool))

    def _entries_of(self, exchange: Exchange, content: TakenOver) -> Iterator[tuple[str, bytes | None, bytes]]:
        salt = self._random_bytes(SALT_SIZE)
        yield exchange.id, salt, entry_of(exchange, salt, content.commitments).encode()
        for entry in content.entries:
            yield entry.subject, None, entry.encode()

    def _name(self, error: BaseException) -> str:
        """The kind of error and the driver's words, which quote nothing that was written."""
        kind = type(error).__name__
        if isinstance(error, HeguiError):
            return f"{kind} {error.code}"
        words = self._database.words(error) if isinstance(error, self._of_the_driver) else ""
        return f"{kind}: {words}" if words and words != kind else kind


def _came_to(connection: Connection, spool: str, last: int) -> None:
    came_to = update(spool_positions).where(spool_positions.c.spool == spool).values(number=last)
    if not connection.execute(came_to).rowcount:
        connection.execute(spool_positions.insert().values(spool=spool, number=last))


def _cause(error: BaseException) -> BaseException:
    """The driver's own error behind what wraps it."""
    while isinstance(error, DBAPIError | InternalError) and (inner := getattr(error, "orig", error.__cause__)):
        error = inner
    return error
