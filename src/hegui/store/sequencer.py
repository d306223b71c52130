"""Give the ledger's entries their places, and publish them.

Knows the tables of entries and what may be asked of the log. One sequencer works at a time: a lease in the database keeps
other machines waiting without work, the log's own lock keeps two from writing it at once, whatever their clocks say.
Rules of this file:

1. A place is given in the database first; the log then grows by the entries in that order, from that place on.
2. An entry's bytes stay in the database until a published checkpoint covers them, whoever published it, and not longer.
3. The ledger's own entries (a key that hands over) come into the log beside us: they are taken into the table, and what had
   been meant for their places is given others.
4. Where the log and the database contradict each other, nothing is written: it takes a person to tell which is right.
   They are read one after the other: when the log has grown in between, that is no contradiction.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from typing import Protocol

from sqlalchemy import Connection, bindparam, delete, func, select, update

from hegui.errors import HeguiError, InternalError
from hegui.ledger.entry import Entry
from hegui.store.database import Database
from hegui.store.leases import Lease
from hegui.store.tables import ledger_entries, ledger_waiting

__all__ = ["Ledger", "OpenLedger", "Sequencer"]

MOST = 4096
"""Entries published with one checkpoint."""
CONTRADICTION = "LED100"
OWN = frozenset({"key.rotated", "sm2_key.stated"})
"""The types of entries that the ledger writes into itself, beside the database."""

_waiting = ledger_waiting.c


class OpenLedger(Protocol):
    """A log that nobody else writes to meanwhile."""

    @property
    def size(self) -> int:
        """Of the published checkpoint."""

    def entry(self, index: int) -> bytes:
        """An entry below the published size."""

    def append(self, entries: Sequence[bytes], *, at: int) -> int:
        """Append and publish; the new size. Raises LogError LED093 where `at` is not the published size."""


class Ledger(Protocol):
    """The log to write to."""

    def writing(self) -> AbstractContextManager[OpenLedger | None]:
        """Write to it; None while another does."""


class Sequencer:
    """Grows the log by what waits for a place."""

    def __init__(self, database: Database, ledger: Ledger, lease: Lease) -> None:
        self._database, self._ledger, self._lease = database, ledger, lease

    def step(self, most: int = MOST) -> int:
        """Publish at most `most` entries; how many. 0 also while another sequencer works, or writes to the log.

        Raises InternalError STO004 when the database fails, LED100 when it contradicts the log; LedgerDamage, LogError.
        """
        if not self._has_work() or not self._lease.take():
            return 0
        try:
            with self._ledger.writing() as log:
                return 0 if log is None else self._step(log, most)
        except BaseException:
            with suppress(HeguiError):
                self.close()  # another may be able to
            raise

    def close(self) -> None:
        """Let another take over at once."""
        self._lease.give_back()

    def _step(self, log: OpenLedger, most: int) -> int:
        size = log.size
        try:
            rows = self._placed(log, size, most)
        except InternalError as error:
            if error.code == CONTRADICTION and log.size != size:
                return 0  # another machine, whose lease we believed to be over, has published between log and database
            raise
        if not rows:
            return 0
        after = log.append(rows, at=size)
        with self._database.writing() as connection:
            _take_out(connection, after)
        return after - size

    def _placed(self, log: OpenLedger, size: int, most: int) -> Sequence[bytes]:
        """What comes next in the log, its places given for good."""
        with self._database.writing() as connection:
            self._settle(connection, log, size)
            _give_places(connection, most)
            return _placed_from(connection, size, most)

    def _has_work(self) -> bool:
        with self._database.reading() as connection:
            return connection.scalar(select(_waiting.number).limit(1)) is not None

    def _settle(self, connection: Connection, log: OpenLedger, size: int) -> None:
        """Take over what the log holds and the table does not: from whoever died after publishing, and the ledger's own."""
        known = _next(connection.scalar(select(func.max(ledger_entries.c.leaf_index))))
        if known > size:
            raise _contradiction(f"the log holds {size} entries, the database {known}")
        if known == size:
            return
        meant = select(_waiting.leaf_index, _waiting.entry).where(
            _waiting.leaf_index >= known, _waiting.leaf_index < size
        )
        waiting = {index: bytes(entry) for index, entry in connection.execute(meant)}
        for index in range(known, size):
            data = log.entry(index)
            if waiting.get(index) == data:
                continue
            entry = Entry.decode(data)
            if entry.type not in OWN:
                raise _contradiction(f"the log holds another entry at place {index} than the database")
            connection.execute(update(ledger_waiting).where(_waiting.leaf_index == index).values(leaf_index=None))
            connection.execute(ledger_entries.insert().values(leaf_index=index, subject=entry.subject))
        _take_out(connection, size)


def _give_places(connection: Connection, most: int) -> None:
    """Number what has no place, in the order in which it came to the database, behind what has one."""
    without = select(_waiting.number).where(_waiting.leaf_index.is_(None)).order_by(_waiting.number).limit(most)
    numbers = connection.scalars(without).all()
    if numbers:
        columns = (_waiting.leaf_index, ledger_entries.c.leaf_index)
        following = max(_next(connection.scalar(select(func.max(column)))) for column in columns)
        one = (_waiting.number == bindparam("of"), _waiting.leaf_index.is_(None))
        place = update(ledger_waiting).where(*one).values(leaf_index=bindparam("place"))
        places = [{"of": number, "place": following + offset} for offset, number in enumerate(numbers)]
        connection.execute(place, places)


def _placed_from(connection: Connection, size: int, most: int) -> Sequence[bytes]:
    query = select(_waiting.leaf_index, _waiting.entry).where(_waiting.leaf_index >= size)
    rows = [(row[0], bytes(row[1])) for row in connection.execute(query.order_by(_waiting.leaf_index).limit(most))]
    for at, (index, _) in enumerate(rows, size):
        if index != at:
            raise _contradiction(f"entry {at} is no longer in the database, and not in the log")
    return [entry for _, entry in rows]


def _take_out(connection: Connection, size: int) -> None:
    """What the log holds need not wait any more."""
    held = select(_waiting.leaf_index, _waiting.subject, _waiting.salt).where(_waiting.leaf_index < size)
    connection.execute(ledger_entries.insert().from_select(["leaf_index", "subject", "salt"], held))
    connection.execute(delete(ledger_waiting).where(_waiting.leaf_index < size))


def _next(last: int | None) -> int:
    return 0 if last is None else last + 1


def _contradiction(problem: str) -> InternalError:
    remedy = (
        "Was an older copy of the database or of the ledger's folder restored, or is the folder that of another database? "
        "Compare both with their copies; nothing is written until they agree."
    )
    return InternalError(CONTRADICTION, "ledger", problem, remedy)
