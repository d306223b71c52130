"""Which content is kept of which exchange.

Knows rows of `content_parts`; knows no blob and no key. The rows come with their exchange (`evidence_writer`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, delete, literal, select, tuple_

from hegui.store.database import Database
from hegui.store.instants import Instant
from hegui.store.tables import content_parts, exchanges
from hegui.usecases.retention_ports import KeptPart

__all__ = ["PAGE", "SqlContents", "kept_parts"]

PAGE = 500
"""Parts read, or named in one statement."""

_columns = content_parts.c


def kept_parts() -> Select[Any]:
    """A query for parts with their users, as `KeptPart`."""
    columns = (_columns.exchange_id, _columns.part, _columns.kind, _columns.made_at, exchanges.c.user)
    return select(*columns).join(exchanges, exchanges.c.id == _columns.exchange_id)


class SqlContents:
    """Implements `retention_ports.Contents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, record: str) -> Sequence[KeptPart]:
        query = kept_parts().where(_columns.exchange_id == record).order_by(_columns.position)
        with self._database.reading() as connection:
            return [KeptPart(*row) for row in connection.execute(query)]

    def of_user(self, user: str) -> Iterator[KeptPart]:
        order = (exchanges.c.started_at, _columns.exchange_id, _columns.part)
        query = kept_parts().where(exchanges.c.user == user).order_by(*order).limit(PAGE)
        behind = query
        while True:
            with self._database.reading() as connection:
                page = [KeptPart(*row) for row in connection.execute(behind)]
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1]
            behind = query.where(tuple_(*order) > tuple_(literal(last.made_at, Instant), last.record, last.part))

    def forget(self, parts: Collection[tuple[str, str]]) -> None:
        listed = sorted(parts)
        for begin in range(0, len(listed), PAGE):
            these = tuple_(_columns.exchange_id, _columns.part).in_(listed[begin : begin + PAGE])
            with self._database.writing() as connection:
                connection.execute(delete(content_parts).where(these))
