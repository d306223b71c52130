"""Count the changes to applications, keys and lexicons, so that a gateway can ask cheaply whether to look again.

Knows one row. The count grows in the transaction of the change itself, so whoever sees the new number sees
the change. The row is also the turn-taking of writers: who has it locked changes applications, keys and lexicons alone.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from hegui.store.tables import revision

__all__ = ["count_change", "current", "take_turn"]


def take_turn(connection: Connection) -> None:
    """Wait until nobody else is changing anything; call it first where something is read before it is changed.

    On SQLite the transaction has taken its turn already when it began.
    """
    connection.execute(select(revision.c.number).where(revision.c.id == 1).with_for_update())


def count_change(connection: Connection) -> None:
    """One change more; call it first in the transaction that makes the change."""
    connection.execute(update(revision).where(revision.c.id == 1).values(number=revision.c.number + 1))


def current(connection: Connection) -> int:
    """The number of changes so far."""
    return int(connection.execute(select(revision.c.number).where(revision.c.id == 1)).scalar_one())
