"""Give the ledger's entries their places, and publish them.

Knows the table of entries and the log. One sequencer works at a time (a lease in the database); should two, they find the
same places decided and write the same files. Rules of this file:

1. A place is given in the database first, for good; the log then grows by the entries in that order.
2. An entry's bytes stay in the database until a published checkpoint covers them.
3. Where the log and the database contradict each other, nothing is written: it takes a person to tell which is right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, bindparam, func, select, update

from hegui.errors import InternalError
from hegui.ledger.log import TileLog
from hegui.store.database import Database
from hegui.store.leases import Lease
from hegui.store.tables import ledger_entries

__all__ = ["Sequencer"]

MOST = 4096
"""Entries published with one checkpoint."""

_columns = ledger_entries.c


class Sequencer:
    """Grows the log by what waits for a place."""

    def __init__(self, database: Database, log: Callable[[], TileLog], lease: Lease) -> None:
        self._database, self._open_log, self._lease = database, log, lease
        self._log: TileLog | None = None
        self._size = 0  # of the log when it was last looked at

    def step(self, most: int = MOST) -> int:
        """Publish at most `most` entries; how many. 0 also while another holds the lease.

        Raises InternalError STO004 when the database fails, LED100 when it contradicts the log; LedgerDamage, LogError.
        """
        if not self._has_work() or not self._lease.take():
            return 0
        log = self._log = self._log or self._open_log()
        self._size = size = log.published().checkpoint.size
        with self._database.writing() as connection:
            self._give_places(connection, size, most)
            rows = self._placed_from(connection, size, most)
        if not rows:
            return 0
        entries = [bytes(entry) for _, entry in rows]
        after = log.append(entries).checkpoint.size
        with self._database.writing() as connection:
            published = (_columns.leaf_index >= size, _columns.leaf_index < after)
            connection.execute(update(ledger_entries).where(*published).values(entry=None))
        self._size = after
        return after - size

    def close(self) -> None:
        """Let another take over at once."""
        self._lease.give_back()

    def lag(self) -> int:
        """Entries that no checkpoint covers yet, count."""
        with self._database.reading() as connection:
            without = connection.scalar(select(func.count()).where(_columns.leaf_index.is_(None))) or 0
            return without + max(0, _following(connection) - self._size)

    def _has_work(self) -> bool:
        with self._database.reading() as connection:
            if _following(connection) > self._size:
                return True
            return connection.scalar(select(_columns.number).where(_columns.leaf_index.is_(None)).limit(1)) is not None

    def _give_places(self, connection: Connection, size: int, most: int) -> None:
        """Number what has no place, in the order in which it came to the database, behind what has one."""
        following = _following(connection)
        if following < size:
            problem = f"the log holds {size} entries, the database knows of {following}"
            remedy = "Was an older copy of the database restored? Restore the newest, or begin a new log."
            raise InternalError("LED100", "ledger", problem, remedy)
        without = select(_columns.number).where(_columns.leaf_index.is_(None)).order_by(_columns.number).limit(most)
        numbers = connection.scalars(without).all()
        if numbers:
            place = (
                update(ledger_entries).where(_columns.number == bindparam("of")).values(leaf_index=bindparam("place"))
            )
            places = [{"of": number, "place": following + offset} for offset, number in enumerate(numbers)]
            connection.execute(place, places)

    def _placed_from(self, connection: Connection, size: int, most: int) -> Sequence[tuple[int, bytes]]:
        query = select(_columns.leaf_index, _columns.entry).where(_columns.leaf_index >= size)
        rows = [(row[0], row[1]) for row in connection.execute(query.order_by(_columns.leaf_index).limit(most))]
        if [index for index, _ in rows] != list(range(size, size + len(rows))) or any(
            entry is None for _, entry in rows
        ):
            problem = f"entries from {size} on are missing in the database, or were emptied before they were published"
            remedy = "Was an older copy of the ledger's folder restored? Restore the newest."
            raise InternalError("LED100", "ledger", problem, remedy)
        return rows


def _following(connection: Connection) -> int:
    """The first place that has not been given."""
    last = connection.scalar(select(func.max(_columns.leaf_index)))
    return 0 if last is None else last + 1
