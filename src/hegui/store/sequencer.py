"""Give the ledger's entries their places, and publish them.

Knows the table of entries and the log. One sequencer works at a time (a lease in the database); should two, they find the
same places decided and write the same files. Rules of this file:

1. A place is given in the database first, for good; the log then grows by the entries in that order.
2. An entry's bytes stay in the database until a published checkpoint covers them, then only its place does.
3. Where the log and the database contradict each other, nothing is written: it takes a person to tell which is right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, bindparam, delete, func, select, update

from hegui.errors import InternalError
from hegui.ledger.log import TileLog
from hegui.store.database import Database
from hegui.store.leases import Lease
from hegui.store.tables import ledger_entries, ledger_waiting

__all__ = ["Sequencer"]

MOST = 4096
"""Entries published with one checkpoint."""

_waiting = ledger_waiting.c


class Sequencer:
    """Grows the log by what waits for a place."""

    def __init__(self, database: Database, log: Callable[[], TileLog], lease: Lease) -> None:
        self._database, self._open_log, self._lease = database, log, lease
        self._log: TileLog | None = None

    def step(self, most: int = MOST) -> int:
        """Publish at most `most` entries; how many. 0 also while another holds the lease.

        Raises InternalError STO004 when the database fails, LED100 when it contradicts the log; LedgerDamage, LogError.
        """
        if not self._has_work() or not self._lease.take():
            return 0
        log = self._log = self._log or self._open_log()
        size = log.published().checkpoint.size
        with self._database.writing() as connection:
            self._take_out(connection, size)  # what was published by whoever died before he could
            self._give_places(connection, size, most)
            rows = self._placed_from(connection, size, most)
        if not rows:
            return 0
        after = log.append([entry for _, entry in rows]).checkpoint.size
        with self._database.writing() as connection:
            self._take_out(connection, after)
        return after - size

    def close(self) -> None:
        """Let another take over at once."""
        self._lease.give_back()

    def _has_work(self) -> bool:
        with self._database.reading() as connection:
            return connection.scalar(select(_waiting.number).limit(1)) is not None

    def _give_places(self, connection: Connection, size: int, most: int) -> None:
        """Number what has no place, in the order in which it came to the database, behind what has one."""
        following = _following(connection)
        if following < size:
            problem = f"the log holds {size} entries, the database knows of {following}"
            remedy = "Was an older copy of the database restored? Restore the newest, or begin a new log."
            raise InternalError("LED100", "ledger", problem, remedy)
        without = select(_waiting.number).where(_waiting.leaf_index.is_(None)).order_by(_waiting.number).limit(most)
        numbers = connection.scalars(without).all()
        if numbers:
            place = (
                update(ledger_waiting).where(_waiting.number == bindparam("of")).values(leaf_index=bindparam("place"))
            )
            places = [{"of": number, "place": following + offset} for offset, number in enumerate(numbers)]
            connection.execute(place, places)

    def _placed_from(self, connection: Connection, size: int, most: int) -> Sequence[tuple[int, bytes]]:
        query = select(_waiting.leaf_index, _waiting.entry).where(_waiting.leaf_index >= size)
        rows = [(row[0], bytes(row[1])) for row in connection.execute(query.order_by(_waiting.leaf_index).limit(most))]
        first_missing = next((size + at for at, (index, _) in enumerate(rows) if index != size + at), None)
        if first_missing is not None or (not rows and _following(connection) > size):
            problem = f"entry {first_missing or size} is no longer in the database, and not in the log"
            remedy = "Was an older copy of the ledger's folder restored? Restore the newest."
            raise InternalError("LED100", "ledger", problem, remedy)
        return rows

    def _take_out(self, connection: Connection, size: int) -> None:
        """What the log holds need not wait any more."""
        held = select(_waiting.leaf_index, _waiting.subject, _waiting.salt).where(_waiting.leaf_index < size)
        connection.execute(ledger_entries.insert().from_select(["leaf_index", "subject", "salt"], held))
        connection.execute(delete(ledger_waiting).where(_waiting.leaf_index < size))


def _following(connection: Connection) -> int:
    """The first place that has not been given."""
    last = [
        connection.scalar(select(func.max(column))) for column in (_waiting.leaf_index, ledger_entries.c.leaf_index)
    ]
    return max(-1 if one is None else one for one in last) + 1
