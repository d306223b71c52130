"""Read exchanges from the database, newest first.

Knows queries; writing is `evidence_writer`. A list is read page by page, each in a transaction of its own, so
that a long export holds up neither the recorder nor the clearing of the write-ahead log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, literal, select, tuple_

from hegui.errors import NotFoundError
from hegui.store.database import Database
from hegui.store.exchange_rows import exchange_from_row, finding_from_row
from hegui.store.instants import Instant
from hegui.store.tables import exchanges, findings, ledger_entries
from hegui.usecases.ports import Exchange, ExchangeFilter, FindingRecord, Recorded

__all__ = ["SqlExchanges", "conditions_of", "read_exchanges"]

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
        conditions = list(conditions_of(wanted))
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

    def walk(self, wanted: ExchangeFilter, after: tuple[datetime, str] | None = None) -> Iterator[Recorded]:
        conditions = list(conditions_of(wanted))
        while True:
            behind = [_is_newer_than(*after)] if after else []
            with self._database.reading() as connection:
                page = _read(connection, conditions + behind, PAGE, (_columns.started_at, _columns.id))
                places = _places(connection, [exchange.id for exchange in page])
            for exchange in page:
                yield Recorded(exchange, *places.get(exchange.id, (None, None)))
            if len(page) < PAGE:
                return
            after = (page[-1].started_at, page[-1].id)


def conditions_of(wanted: ExchangeFilter) -> Iterator[ColumnElement[bool]]:
    """What a row of `exchanges` has to meet; the application is given by its id."""
    for name in ("application_id", "user", "decision", "outcome"):
        value = getattr(wanted, name.removesuffix("_id"))
        if value is not None:
            yield _columns[name] == value
    if wanted.needs_review is not None:
        yield _columns.needs_review == wanted.needs_review
    if wanted.since is not None:
        yield _columns.started_at >= wanted.since
    if wanted.until is not None:
        yield _columns.started_at < wanted.until


def _is_older_than(exchange: Exchange) -> ColumnElement[bool]:
    seen = tuple_(literal(exchange.started_at, Instant), exchange.id)  # untyped, it would not be a whole number
    return tuple_(_columns.started_at, _columns.id) < seen


def _is_newer_than(started_at: datetime, exchange_id: str) -> ColumnElement[bool]:
    seen = tuple_(literal(started_at, Instant), exchange_id)
    return tuple_(_columns.started_at, _columns.id) > seen


def _places(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int | None, bytes | None]]:
    """Index and salt of the ledger's entries for these exchanges."""
    query = select(ledger_entries).where(ledger_entries.c.subject.in_(ids))
    return {row.subject: (row.leaf_index, row.salt) for row in connection.execute(query)}


def read_exchanges(connection: Connection, conditions: Sequence[ColumnElement[bool]], limit: int) -> Sequence[Exchange]:
    """The newest `limit` exchanges that meet every condition, with their findings."""
    return _read(connection, conditions, limit, (_columns.started_at.desc(), _columns.id.desc()))


def _read(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], limit: int, order: Sequence[ColumnElement[Any]]
) -> Sequence[Exchange]:
    query = select(exchanges).where(*conditions).order_by(*order).limit(limit)
    rows = connection.execute(query).mappings().all()
    found = _findings_of(connection, rows)
    return [exchange_from_row(row, found.get(row["id"], ())) for row in rows]


def _findings_of(connection: Connection, rows: Sequence[RowMapping]) -> dict[str, list[FindingRecord]]:
    query = select(findings).where(findings.c.exchange_id.in_([row["id"] for row in rows]))
    found: dict[str, list[FindingRecord]] = defaultdict(list)
    for row in connection.execute(query.order_by(findings.c.exchange_id, findings.c.position)).mappings():
        found[row["exchange_id"]].append(finding_from_row(row))
    return found
