"""Count the changes to applications, keys and lexicons, so that a gateway can ask cheaply whether to look again.

Knows one row. The count grows in the transaction of the change itself, so whoever sees the new number sees
the change.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from hegui.store.tables import revision

__all__ = ["count_change", "current"]


def count_change(connection: Connection) -> None:
    """One change more; call it first in the transaction that makes the change."""
    connection.execute(update(revision).where(revision.c.id == 1).values(number=revision.c.number + 1))


def current(connection: Connection) -> int:
    """The number of changes so far."""
    return int(connection.execute(select(revision.c.number).where(revision.c.id == 1)).scalar_one())
