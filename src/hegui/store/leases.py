"""Who may do what only one process should do at a time.

Knows names, holders and until when; knows not what for. A lease is for efficiency: should a clock be wrong and two hold
it at once, what they do must still come out right.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from hegui.store.database import Database
from hegui.store.tables import leases

__all__ = ["Lease"]


class Lease:
    """A lease by name.

    Args:
        seconds: how long it lasts without being renewed.
        before: name of a lease whose holder goes first: while somebody has that, this one is not taken, and given back.
    """

    def __init__(
        self, database: Database, name: str, *, seconds: float, clock: Callable[[], datetime], before: str | None = None
    ) -> None:
        self._database, self._name, self._clock, self._before = database, name, clock, before
        self._span = timedelta(seconds=seconds)
        self.holder = secrets.token_hex(8)

    def take(self) -> bool:
        """Take the lease, or renew it; False while another holds it. Raises InternalError STO004."""
        now = self._clock()
        if self._before is not None and self._is_held(self._before, now):
            self.give_back()
            return False
        mine = update(leases).values(holder=self.holder, until=now + self._span)
        free = mine.where(leases.c.name == self._name, or_(leases.c.holder == self.holder, leases.c.until <= now))
        with self._database.writing() as connection:
            if connection.execute(free).rowcount:
                return True
        try:
            with self._database.writing() as connection:
                connection.execute(leases.insert().values(name=self._name, holder=self.holder, until=now + self._span))
        except IntegrityError:
            return False
        return True

    def _is_held(self, name: str, now: datetime) -> bool:
        query = select(leases.c.holder).where(leases.c.name == name, leases.c.until > now)
        with self._database.reading() as connection:
            return connection.scalar(query) is not None

    def give_back(self) -> None:
        """Let another have it at once."""
        with self._database.writing() as connection:
            connection.execute(leases.delete().where(leases.c.name == self._name, leases.c.holder == self.holder))
