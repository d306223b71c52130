"""The records that the drain set aside in the spools of this machine.

Knows spools and the writer; knows no reason. A record leaves its spool after the database has it, or the reason why it never
will; whoever dies in between does it again and finds it done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select

from hegui.errors import InternalError, NotFoundError
from hegui.ledger.entry import Entry
from hegui.store.database import Database
from hegui.store.drain import Keeper, keep
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.exchange_rows import storable
from hegui.store.exchanges import SqlExchanges
from hegui.store.recorder import DatabaseAway, RecordRefused
from hegui.store.spool import Aside, SpoolReader, spools_in
from hegui.store.spool_records import UnreadableRecordError, decode_record
from hegui.store.tables import discarded_records, ledger_entries, ledger_waiting
from hegui.usecases.ports import Exchange
from hegui.usecases.set_aside import Discarded, SetAside
from hegui.usecases.take_content import TakenOver
from hegui.vault.faults import VaultDamage

__all__ = ["SpoolsAside"]

_rows = discarded_records.c


class SpoolsAside:
    """Implements `set_aside.SetAsideRecords`."""

    def __init__(self, folder: Path, database: Database, writer: EvidenceWriter, keeper: Keeper | None) -> None:
        self._folder, self._database, self._writer, self._keeper = folder, database, writer, keeper

    def list(self) -> tuple[Sequence[SetAside], Sequence[str]]:
        found: list[SetAside] = []
        broken: list[str] = []
        for file in spools_in(self._folder):
            try:
                with SpoolReader(file) as reader:
                    found += [_described(file.stem, one) for one in reader.aside()]
            except sqlite3.Error:
                broken.append(file.stem)
        return found, broken

    def find(self, record_id: str) -> SetAside:
        with self._opened(record_id) as (reader, one):
            return _described(reader.name, one)

    def retry(self, record_id: str) -> str | None:
        with self._opened(record_id) as (reader, one):
            problem = self._write(one)
            if problem is None:
                reader.clear(one.number)
            return problem

    def discard(self, record: Discarded, entry: Entry, salt: bytes) -> None:
        with self._database.writing() as connection:
            if connection.scalar(select(_rows.id).where(_rows.id == record.id)) is None:
                values = {"discarded_at": record.discarded_at, "problem": record.problem, "reason": record.reason}
                row = {"id": record.id, "exchange_id": record.exchange_id, "sha256": bytes.fromhex(record.sha256)}
                connection.execute(discarded_records.insert().values(**row, **values))
                waiting = {"subject": entry.subject, "salt": salt, "entry": entry.encode()}
                connection.execute(ledger_waiting.insert().values(**waiting))
        with self._opened(record.id) as (reader, one):
            reader.clear(one.number)

    def discarded(self) -> Sequence[Discarded]:
        held = ledger_entries.c
        query = select(discarded_records, held.leaf_index, held.salt).outerjoin(
            ledger_entries, held.subject == _rows.id
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(_rows.discarded_at, _rows.id)).all()
        return [
            Discarded(
                row.id,
                row.exchange_id,
                row.discarded_at,
                row.problem,
                row.reason,
                bytes(row.sha256).hex(),
                row.leaf_index,
                None if row.salt is None else bytes(row.salt),
            )
            for row in rows
        ]

    @contextmanager
    def _opened(self, record_id: str) -> Iterator[tuple[SpoolReader, Aside]]:
        """The record and its spool. Raises NotFoundError (REC008), InternalError (REC004)."""
        spool, _, number = record_id.partition("/")
        file = next((file for file in spools_in(self._folder) if file.stem == spool), None)
        try:
            if file is not None and number.isascii() and number.isdigit() and len(number) < 19:
                with SpoolReader(file) as reader:
                    if (one := reader.aside_at(int(number))) is not None:
                        yield reader, one
                        return
        except sqlite3.Error as error:
            problem = f"it cannot be read: {type(error).__name__}."
            raise InternalError("REC004", f"spool {spool}", problem, "See the disk, and restore the file.") from None
        remedy = "See what is: hegui exchange set-aside list"
        raise NotFoundError("REC008", f"record {record_id}", "it is not set aside on this machine.", remedy)

    def _write(self, one: Aside) -> str | None:
        """Why the database does not have the record; None when it has."""
        try:
            exchange, transit = decode_record(one.body)
            content = TakenOver() if transit is None else keep(self._keeper, exchange, transit)
            self._writer.add(exchange, content)
        except (UnreadableRecordError, VaultDamage) as error:
            return str(error).partition("\n")[0]
        except RecordRefused as error:
            return None if self._has(exchange) else str(error)
        except DatabaseAway as error:
            remedy = "See hegui doctor; nothing has changed."
            raise InternalError("STO004", self._database.where, f"the database failed: {error}.", remedy) from None
        return None

    def _has(self, exchange: Exchange) -> bool:
        """Whether this very record is there: it was handed in twice, or whoever handed it in died before clearing it."""
        try:
            return SqlExchanges(self._database).show(exchange.id) == storable(exchange)
        except NotFoundError:
            return False


def _described(spool: str, one: Aside) -> SetAside:
    described = SetAside(
        id=f"{spool}/{one.number}",
        problem=one.problem,
        exchange_id=None,
        application_id=None,
        finished_at=None,
        has_content=False,
        size=len(one.body),
        sha256=sha256(one.body).hexdigest(),
    )
    try:
        exchange, transit = decode_record(one.body)
    except UnreadableRecordError:
        return described
    return replace(
        described,
        exchange_id=exchange.id,
        application_id=exchange.application_id,
        finished_at=exchange.finished_at,
        has_content=transit is not None,
    )
