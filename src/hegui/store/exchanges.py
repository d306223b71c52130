"""Read exchanges from the database, newest first.

Knows queries; writing is `exchange_writer`. A list is read page by page, each in a transaction of its own, so
that a long export holds up neither the recorder nor the clearing of the write-ahead log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, literal, select, tuple_

from hegui.errors import NotFoundError
from hegui.store.database import Database
from hegui.store.exchange_rows import exchange_from_row, finding_from_row
from hegui.store.instants import Instant
from hegui.store.tables import exchanges, findings
from hegui.usecases.ports import Exchange, ExchangeFilter, FindingRecord

__all__ = ["SqlExchanges", "read_exchanges"]

PAGE = 500
"""Exchanges read at once."""

_columns = exchanges.c


class SqlExchanges:
    """Implements `ports.Exchanges`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def show(self, exchange_id: str) -> Exchange:
        with self._database.reading() as connection:
            found = read_exchanges(connection, [_columns.id == exchange_id], 1)
        if not found:
            remedy = "List the ids with: hegui exchange list"
            raise NotFoundError("EXC001", f"exchange {exchange_id}", "there is no such exchange.", remedy)
        return found[0]

    def list(self, wanted: ExchangeFilter) -> Iterator[Exchange]:
        conditions = list(_conditions(wanted))
        left = wanted.limit
        page: Sequence[Exchange] = ()
        while left > 0:
            after = [_is_older_than(page[-1])] if page else []
            with self._database.reading() as connection:
                page = read_exchanges(connection, conditions + after, min(left, PAGE))
            yield from page
            left -= len(page)
            if len(page) < PAGE:
                return


def _conditions(wanted: ExchangeFilter) -> Iterator[ColumnElement[bool]]:
    for name in ("application_id", "user", "decision", "outcome"):
        value = getattr(wanted, name.removesuffix("_id"))
        if value is not None:
            yield _columns[name] == value
    if wanted.since is not None:
        yield _columns.started_at >= wanted.since
    if wanted.until is not None:
        yield _columns.started_at < wanted.until


def _is_older_than(exchange: Exchange) -> ColumnElement[bool]:
    seen = tuple_(literal(exchange.started_at, Instant), exchange.id)  # untyped, it would not be a whole number
    return tuple_(_columns.started_at, _columns.id) < seen


def read_exchanges(connection: Connection, conditions: Sequence[ColumnElement[bool]], limit: int) -> Sequence[Exchange]:
    """The newest `limit` exchanges that meet every condition, with their findings."""
    newest_first = (_columns.started_at.desc(), _columns.id.desc())
    query = select(exchanges).where(*conditions).order_by(*newest_first).limit(limit)
    rows = connection.execute(query).mappings().all()
    found = _findings_of(connection, rows)
    return [exchange_from_row(row, found.get(row["id"], ())) for row in rows]


def _findings_of(connection: Connection, rows: Sequence[RowMapping]) -> dict[str, list[FindingRecord]]:
    query = select(findings).where(findings.c.exchange_id.in_([row["id"] for row in rows]))
    found: dict[str, list[FindingRecord]] = defaultdict(list)
    for row in connection.execute(query.order_by(findings.c.exchange_id, findings.c.position)).mappings():
        found[row["exchange_id"]].append(finding_from_row(row))
    return found
