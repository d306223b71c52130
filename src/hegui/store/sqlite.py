"""SQLite: one file, nothing to install.

Knows pragmas, locks and file modes. Rules of this file:

1. A file is opened with WAL, `synchronous=FULL` (a commit is on the disk), foreign keys and a busy timeout.
2. A writing transaction takes the write lock when it begins (`BEGIN IMMEDIATE`), so it waits for its turn instead of
   failing half way.
3. What is deleted or overwritten is overwritten with zeros (`secure_delete`), so that an erased key does not linger in a
   page's free space. What the write-ahead log still holds goes with `forget`.
4. What hegui creates is its owner's alone: files 0600, the folder 0700. What it finds, it leaves as it is.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError

from hegui.errors import InternalError
from hegui.store.bulk import Bulk, BulkInsert
from hegui.store.database import MIGRATION_WAIT_SECONDS, Database, Kind
from hegui.store.files import create_once

__all__ = ["SqliteDatabase", "is_file"]

BEGIN_WRITING = "BEGIN IMMEDIATE"

_REFUSALS = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ValueError,
    TypeError,
    OverflowError,
)


class SqliteDatabase(Database):
    """A SQLite file; it and its folder are made where missing."""

    kind: ClassVar[Kind] = "sqlite"
    remedy: ClassVar[str] = "See whether the disk is full, the file can be written, or another process holds it."

    def __init__(self, url: URL, busy_seconds: float) -> None:
        create_once(Path(str(url.database)), b"")  # -wal and -shm take its mode
        engine = create_engine(url, connect_args={"isolation_level": None}, hide_parameters=True)
        _prepare_connections(engine, busy_seconds)
        self._busy_seconds = busy_seconds
        super().__init__(engine, engine, engine.execution_options(hegui_writes=True), url.render_as_string())

    def begin_writing(self, cursor: DBAPICursor) -> None:
        cursor.execute(BEGIN_WRITING)

    def bulk(self, table: Table, columns: Sequence[str] = ()) -> Bulk:
        return BulkInsert(table, self.engine.dialect, columns or table.columns.keys())

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """With foreign keys off, as SQLite asks for where a table is made anew, and all of them looked at in the end."""
        with self._writer.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")  # without effect inside a transaction
            driver.execute(f"PRAGMA busy_timeout={MIGRATION_WAIT_SECONDS * 1000}")
            try:
                with connection.begin():
                    yield connection
                    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                        raise sqlite3.IntegrityError("a row refers to one that is not there")
            except BaseException:
                connection.invalidate()
                raise
            driver.execute(f"PRAGMA busy_timeout={int(self._busy_seconds * 1000)}")
            driver.execute("PRAGMA foreign_keys=ON")

    def forget(self, table: Table) -> bool:
        """Write the log into the file and cut it to nothing; False while somebody still reads from it."""
        with self._explaining(), self.engine.connect() as connection:
            driver: Any = (
                connection.connection.driver_connection
            )  # SQLAlchemy would begin a transaction, which blocks it
            try:
                (blocked, _, _) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.Error as error:
                problem = f"the database failed: {self.words(error)}."
                raise InternalError("STO004", self.where, problem, self.remedy) from error
            return not blocked

    def is_refusal(self, error: BaseException) -> bool:
        return isinstance(error, _REFUSALS)

    def words(self, error: BaseException) -> str:
        return str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]

    def server(self, connection: Connection) -> str:
        return sqlite3.sqlite_version

    def size(self, connection: Connection) -> int:
        file = Path(str(self.engine.url.database))
        log = file.with_name(f"{file.name}-wal")
        return file.stat().st_size + (log.stat().st_size if log.exists() else 0)


def is_file(url: URL) -> bool:
    """Whether `url` names a file; a database in memory would be another one for each connection."""
    return bool(url.database) and url.database != ":memory:" and not str(url.database).startswith("file:")


def _prepare_connections(engine: Engine, busy_seconds: float) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={int(busy_seconds * 1000)}")
        _switch_to_wal(connection, busy_seconds)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("hegui_writes", False)
        connection.exec_driver_sql(BEGIN_WRITING if writes else "BEGIN")


def _switch_to_wal(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """The one statement that does not heed the busy timeout when two processes open a fresh file at once."""
    give_up_at = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return
