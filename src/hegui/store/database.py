"""Open a database and keep it safe between threads and processes.

Knows connections, transactions, file modes and the version of the schema; knows no query of a repository.
Works with SQLAlchemy's pool: each thread that asks gets a connection of its own. Rules of this file:

1. A SQLite file is opened with WAL, `synchronous=FULL` (a commit is on the disk), foreign keys and a busy
   timeout.
2. A writing transaction takes the write lock when it begins (`BEGIN IMMEDIATE`), so it waits for its turn
   instead of failing half way; a reading one sees one moment of the database and holds nobody up.
3. What hegui creates is its owner's alone: files 0600, the folder 0700. What it finds, it leaves as it is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError

from hegui.errors import InputError, InternalError
from hegui.store import tables
from hegui.store.files import create_once

__all__ = ["Database", "open_database"]

BEGIN_WRITING = "BEGIN IMMEDIATE"


class Database:
    """A pool of connections, to read and to write through."""

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self.where = where
        self._writer = engine.execution_options(hegui_writes=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading. Raises InternalError STO004 when the database fails."""
        with self._explaining(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction; it commits at the end. Raises InternalError STO004, and IntegrityError as it is."""
        with self._explaining(), self.transaction() as connection:
            yield connection

    def begin_writing(self, cursor: DBAPICursor) -> None:
        """Begin a writing transaction on the driver's own cursor."""
        cursor.execute(BEGIN_WRITING)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """As `writing`, with SQLAlchemy's own errors."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DatabaseError as error:
            remedy = "See whether the disk is full, the file can be written, or another process holds it."
            raise InternalError("STO004", self.where, f"the database failed: {error.orig}.", remedy) from error


def open_database(url: str, *, busy_seconds: float = 5.0) -> Database:
    """Open the database, and create file, folder and schema where missing.

    Raises:
        InputError: STO001, the schema is newer than this hegui; STO002, the URL is of no use; STO003, the
        file
            cannot be opened.
    """
    parsed = _parse(url)
    where = parsed.render_as_string(hide_password=True)
    try:
        create_once(Path(str(parsed.database)), b"")  # -wal and -shm take its mode
        # parameters hold pseudonyms and model names; they stay out of every message and log
        engine = create_engine(parsed, connect_args={"isolation_level": None}, hide_parameters=True)
        _prepare_connections(engine, busy_seconds)
        database = Database(engine, where)
        try:
            _prepare_schema(database)
        except BaseException:
            engine.dispose()
            raise
    except (OSError, DatabaseError) as error:
        problem = f"cannot be opened: {error.orig if isinstance(error, DatabaseError) else error.strerror}."
        remedy = "Check that path and permissions are right and that the file is a database of hegui."
        raise InputError("STO003", where, problem, remedy) from error
    return database


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.drivername not in ("sqlite", "sqlite+pysqlite") or _is_no_file(parsed):
        problem = "the URL does not name a SQLite file."
        raise InputError("STO002", "database", problem, "Write it as sqlite:///path/to/hegui.sqlite3")
    return parsed


def _is_no_file(url: URL) -> bool:
    return not url.database or url.database == ":memory:" or url.database.startswith("file:")


def _prepare_connections(engine: Engine, busy_seconds: float) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: SqliteConnection, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={int(busy_seconds * 1000)}")
        _switch_to_wal(connection, busy_seconds)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("hegui_writes", False)
        connection.exec_driver_sql(BEGIN_WRITING if writes else "BEGIN")


def _switch_to_wal(connection: SqliteConnection, busy_seconds: float) -> None:
    """The one statement that does not heed the busy timeout when two processes open a fresh file at once."""
    give_up_at = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return


def _prepare_schema(database: Database) -> None:
    with database.engine.connect() as connection:
        version = _version(connection)
    if version is None:
        with database.transaction() as connection:
            version = _version(connection)  # another process may have been quicker
            if version is None:
                version = _create(connection)
    if version > tables.SCHEMA_VERSION:
        problem = f"has schema version {version}; this hegui knows up to {tables.SCHEMA_VERSION}."
        raise InputError("STO001", database.where, problem, "Use the newer hegui that wrote it, or another file.")


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(tables.schema_version.name):
        return None
    found: int | None = connection.scalar(select(tables.schema_version.c.version))
    return found


def _create(connection: Connection) -> int:
    tables.metadata.create_all(connection)
    connection.execute(insert(tables.schema_version).values(id=1, version=tables.SCHEMA_VERSION))
    connection.execute(insert(tables.revision).values(id=1, number=0))
    return tables.SCHEMA_VERSION
