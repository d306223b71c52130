"""PostgreSQL: one database for many machines.

Knows psycopg, sessions and error classes. Rules of this file:

1. A reading transaction is REPEATABLE READ and read-only, so it sees one moment; a writing one is READ COMMITTED and
   takes the lock on the row it needs (see `revision`), whatever the server's defaults say. A database that its operator
   made read-only stays so.
2. A commit is on the server's disk: a session of a database with `synchronous_commit=off` is switched on. A stronger
   setting of the operator's stays.
3. A connection that has gone is noticed within half a minute and replaced; nobody waits for a lock longer than
   `busy_seconds`.
4. PostgreSQL holds no NUL character in a text. It becomes U+FFFD on its way: a record is worth more than that character.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import URL, Connection, Table, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError

from hegui.errors import InputError
from hegui.store.bulk import Bulk, BulkCopy
from hegui.store.database import MIGRATION_WAIT_SECONDS, Database, Kind

__all__ = ["PostgresDatabase"]

MIGRATION_LOCK = int.from_bytes(b"hegui")
"""Key of the advisory lock under which the schema is changed; it is the database's."""

DEFAULTS = {
    "application_name": "hegui",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
"""Parameters of a connection that the URL does not state."""

_SESSION = """
SELECT set_config('lock_timeout', %s, false),
    set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), false)
"""


class PostgresDatabase(Database):
    """A PostgreSQL database, encoded in UTF-8."""

    kind: ClassVar[Kind] = "postgresql"
    remedy: ClassVar[str] = (
        "See whether the server is up and reachable, and whether user, password and rights are right."
    )

    def __init__(self, url: URL, busy_seconds: float) -> None:
        shown = {name: value for name, value in url.query.items() if name in ("host", "port")}  # others may be secrets
        where = url.set(query=shown).render_as_string(hide_password=True)
        engine = create_engine(
            url.update_query_dict({name: value for name, value in DEFAULTS.items() if name not in url.query}),
            isolation_level="READ COMMITTED",
            hide_parameters=True,
            pool_pre_ping=True,
            use_native_hstore=False,  # else each connection begins with a query for it
        )

        @event.listens_for(engine, "connect")
        def _on_connect(connection: psycopg.Connection[Any], _record: Any) -> None:
            _prepare(connection, busy_seconds, where)

        @event.listens_for(engine, "checkin")
        def _on_checkin(connection: psycopg.Connection[Any] | None, _record: Any) -> None:
            # After reading SQLAlchemy makes it False, which begins READ WRITE, whatever the server says.
            if connection is not None and connection.info.transaction_status == TransactionStatus.IDLE:
                connection.read_only = None

        reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        super().__init__(engine, reader, engine, where)

    def begin_writing(self, cursor: DBAPICursor) -> None:
        """The driver begins by itself at the first statement."""

    def bulk(self, table: Table, columns: Sequence[str] = ()) -> Bulk:
        return BulkCopy(table, self.engine.dialect, columns or table.columns.keys())

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            patience = connection.scalar(text("SELECT current_setting('lock_timeout')"))
            _wait_for_locks(connection, f"{MIGRATION_WAIT_SECONDS}s")
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            _wait_for_locks(connection, str(patience))  # a table in use must not make all others wait behind us
            yield connection

    def forget(self, table: Table) -> bool:
        """VACUUM: no query and no new base backup by rows finds what was deleted. Bytes may stay in free space of the table's
        file until rows are written there, and in the server's log until it is recycled; see docs/vault.md."""
        with self._explaining(), self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"VACUUM {connection.dialect.identifier_preparer.format_table(table)}"))
            return True

    def is_refusal(self, error: BaseException) -> bool:
        if isinstance(error, psycopg.ProgrammingError):  # from the server: a table or a right is missing
            return error.sqlstate is None
        if isinstance(error, psycopg.OperationalError):  # 54: a row is larger than an index takes
            return (error.sqlstate or "").startswith("54")
        return isinstance(error, psycopg.IntegrityError | psycopg.DataError | ValueError | TypeError | OverflowError)

    def words(self, error: BaseException) -> str:
        """The server's own words may quote a value unless they speak of its operation."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = str(cause).partition("\n")[0] if isinstance(cause, psycopg.OperationalError) else ""
        return said or type(cause).__name__

    def server(self, connection: Connection) -> str:
        return str(connection.scalar(text("SHOW server_version")))

    def size(self, connection: Connection) -> int:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


class _WithoutNul(StrDumperUnknown):
    """Text as PostgreSQL can hold it."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


def _prepare(connection: psycopg.Connection[Any], busy_seconds: float, where: str) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        remedy = "Create one that holds every character: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        raise InputError("STO006", where, f"the database is encoded in {encoding}.", remedy)
    connection.adapters.register_dumper(str, _WithoutNul)
    before = connection.autocommit
    connection.autocommit = True
    connection.execute(_SESSION, [f"{int(busy_seconds * 1000)}ms"])
    connection.autocommit = before


def _wait_for_locks(connection: Connection, patience: str) -> None:
    connection.execute(text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": patience})
