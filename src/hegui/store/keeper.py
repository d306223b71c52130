"""Look after the database itself: how it stands, and its migrations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, func, inspect, select
from sqlalchemy.exc import DBAPIError

from hegui.errors import InternalError
from hegui.store import migrations, schema
from hegui.store.database import Database
from hegui.store.migrations import Wanted
from hegui.store.tables import exchanges, findings
from hegui.usecases.ports import SchemaRevision, StoreStatus

__all__ = ["SqlKeeper"]


class SqlKeeper:
    """Implements `ports.StoreKeeper`; it works before there is a schema."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status(self) -> StoreStatus:
        database = self._database
        with database.reading() as connection:
            state = schema.read_state(connection)
            return StoreStatus(
                kind=database.kind,
                version=database.server(connection),
                where=database.where,
                revision=state.revision,
                newest=migrations.revisions()[-1].id,
                pending=state.pending,
                size_bytes=database.size(connection),
                exchanges=_rows(connection, exchanges),
                findings=_rows(connection, findings),
            )

    def migrate(self, phase: Wanted) -> Sequence[SchemaRevision]:
        try:
            return schema.migrate(self._database, phase)
        except DBAPIError as error:
            problem = f"the migration failed, and nothing has changed: {self._database.words(error)}."
            raise InternalError("STO009", self._database.where, problem, self._database.remedy) from error

    def close(self) -> None:
        """Close the connections."""
        self._database.engine.dispose()


def _rows(connection: Connection, table: Table) -> int | None:
    if not inspect(connection).has_table(table.name):
        return None
    return connection.scalar(select(func.count()).select_from(table))
