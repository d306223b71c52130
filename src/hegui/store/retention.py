"""Find what may be due, and take it away together with what the ledger is told of it.

Knows the tables; knows no period. Rules of this file:

1. Lines and records go in the same transaction in which the entry begins to wait for its place, so nothing is gone without
   an entry and no entry speaks of what is there. What another process took away first is not told twice.
2. A record whose entry no checkpoint covers yet stays, and so does one of which content is kept.
3. With a record goes the salt of its entry: the commitment in the ledger can then be opened by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from hegui.store.contents import kept_parts
from hegui.store.database import Database
from hegui.store.instants import Instant
from hegui.store.statements import add_statement
from hegui.store.tables import (
    content_parts,
    exchanges,
    findings,
    ledger_documents,
    ledger_entries,
    ledger_waiting,
    subject_keys,
)
from hegui.usecases.retention_ports import KeptPart, KeptRecord, Stated, Statement, TakenAway
from hegui.vault.keys import subject_of
from hegui.vault.retention import Kind

__all__ = ["SqlRetention"]

PAGE = 500
"""Statements read at once."""

_parts, _exchanges = content_parts.c, exchanges.c
_has_content = exists().where(_parts.exchange_id == _exchanges.id)


class SqlRetention:
    """Implements `retention_ports.Retention`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def parts(
        self, kind: Kind, before: datetime, after: tuple[datetime, str, str] | None, limit: int
    ) -> Sequence[KeptPart]:
        order = (_parts.made_at, _parts.exchange_id, _parts.part)
        query = kept_parts().where(_parts.kind == kind, _parts.made_at < before).order_by(*order).limit(limit)
        if after is not None:
            query = query.where(tuple_(*order) > tuple_(literal(after[0], Instant), after[1], after[2]))
        with self._database.reading() as connection:
            return [KeptPart(*row) for row in connection.execute(query)]

    def records(
        self, before: datetime, after: tuple[datetime, str] | None, limit: int, apart_from: Mapping[Kind, datetime]
    ) -> Sequence[KeptRecord]:
        order = (_exchanges.started_at, _exchanges.id)
        ignored = or_(false(), *[(_parts.kind == kind) & (_parts.made_at < at) for kind, at in apart_from.items()])
        has_content = exists().where(_parts.exchange_id == _exchanges.id, ~ignored)
        query = select(_exchanges.id, _exchanges.started_at).where(_exchanges.started_at < before, ~has_content)
        if after is not None:
            query = query.where(tuple_(*order) > tuple_(literal(after[0], Instant), after[1]))
        with self._database.reading() as connection:
            return [KeptRecord(*row) for row in connection.execute(query.order_by(*order).limit(limit))]

    def waiting(self, records: Collection[str]) -> frozenset[str]:
        with self._database.reading() as connection:
            return _waiting(connection, records)

    def count(self, before: Mapping[Kind, datetime]) -> int:
        total = 0
        with self._database.reading() as connection:
            for kind, instant in before.items():
                query = select(func.count()).select_from(content_parts).where(_parts.kind == kind)
                query = query.where(_parts.made_at < instant)
                if kind == "exchange_record":
                    query = select(func.count()).select_from(exchanges).where(_exchanges.started_at < instant)
                total += connection.scalar(query) or 0
        return total

    def take_away(
        self,
        parts: Sequence[KeptPart],
        records: Sequence[KeptRecord],
        at: datetime,
        tell: Callable[[TakenAway], Statement],
    ) -> TakenAway:
        with self._database.writing() as connection:
            gone = _delete_parts(connection, parts)
            deleted = _delete_records(connection, records)
            spoken_of = sorted({*(part.record for part in gone), *(record.record for record in deleted)})
            keys = _destroy_keys(connection, gone, at)
            taken = TakenAway(gone, deleted, _places(connection, spoken_of), keys)
            if spoken_of:
                add_statement(connection, tell(taken))
        return taken

    def state(self, statement: Statement) -> bool:
        try:
            with self._database.writing() as connection:
                add_statement(connection, statement)
        except IntegrityError:
            return False
        return True

    def statements(self, *types: str) -> Iterator[Stated]:
        documents, last = ledger_documents.c, 0
        columns = (documents.number, documents.type, documents.subject, documents.at, documents.document)
        query = select(*columns).order_by(documents.number).limit(PAGE)
        if types:
            query = query.where(documents.type.in_(types))
        while True:
            with self._database.reading() as connection:
                page = connection.execute(query.where(documents.number > last)).all()
                places = _salts(connection, [row.subject for row in page])
            for row in page:
                index, salt = places.get(row.subject, (None, None))
                yield Stated(row.type, row.subject, row.at, bytes(row.document), salt, index)
                last = row.number
            if len(page) < PAGE:
                return


def _delete_parts(connection: Connection, parts: Sequence[KeptPart]) -> tuple[KeptPart, ...]:
    """Those that were still there."""
    by_place = {(part.record, part.part): part for part in sorted(parts)}
    if not by_place:
        return ()
    these = tuple_(_parts.exchange_id, _parts.part).in_(list(by_place))
    found = connection.execute(delete(content_parts).where(these).returning(_parts.exchange_id, _parts.part)).all()
    return tuple(by_place[tuple(row)] for row in sorted(found))


def _delete_records(connection: Connection, records: Sequence[KeptRecord]) -> tuple[KeptRecord, ...]:
    """Those that were still there, of which nothing is kept, and whose entry is published."""
    by_id = {record.record: record for record in records}
    free = sorted(by_id.keys() - _waiting(connection, by_id))
    if not free:
        return ()
    query = select(_exchanges.id).where(_exchanges.id.in_(free), ~_has_content).order_by(_exchanges.id)
    there = connection.scalars(query.with_for_update(of=exchanges)).all()
    connection.execute(delete(findings).where(findings.c.exchange_id.in_(there)))
    connection.execute(delete(exchanges).where(_exchanges.id.in_(there)))
    connection.execute(update(ledger_entries).where(ledger_entries.c.subject.in_(there)).values(salt=None))
    return tuple(by_id[one] for one in there)


def _destroy_keys(connection: Connection, parts: Sequence[KeptPart], at: datetime) -> tuple[str, ...]:
    """The keys that only these records had, and no content has any more."""
    alone = {part.record for part in parts if part.user is None}
    if not alone:
        return ()
    left = connection.scalars(select(_parts.exchange_id).where(_parts.exchange_id.in_(alone))).all()
    subjects = sorted(subject_of(None, record) for record in alone.difference(left))
    is_theirs: ColumnElement[bool] = subject_keys.c.subject.in_(subjects) & subject_keys.c.erased_at.is_(None)
    destroy = update(subject_keys).where(is_theirs).values(wrapped=None, erased_at=at).returning(subject_keys.c.id)
    return tuple(sorted(connection.scalars(destroy).all()))


def _waiting(connection: Connection, records: Collection[str]) -> frozenset[str]:
    column = ledger_waiting.c.subject
    return frozenset(connection.scalars(select(column).where(column.in_(list(records)))).all())


def _places(connection: Connection, records: Sequence[str]) -> tuple[int, ...]:
    column = ledger_entries.c.leaf_index
    query = select(column).where(ledger_entries.c.subject.in_(records)).order_by(column)
    return tuple(connection.scalars(query).all())


def _salts(connection: Connection, subjects: Sequence[str]) -> dict[str, tuple[int | None, bytes | None]]:
    waiting, held = ledger_waiting.c, ledger_entries.c
    query = select(waiting.subject, waiting.salt).where(waiting.subject.in_(subjects))
    found: dict[str, tuple[int | None, bytes | None]] = {row[0]: (None, row[1]) for row in connection.execute(query)}
    places = select(held.subject, held.leaf_index, held.salt).where(held.subject.in_(subjects))
    return found | {subject: (index, salt) for subject, index, salt in connection.execute(places)}
