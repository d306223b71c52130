"""Open the database that a URL names, of either kind, with its schema."""

from __future__ import annotations

from sqlalchemy import URL, Connection, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from hegui.errors import InputError
from hegui.store import tables
from hegui.store.database import Database
from hegui.store.sqlite import SqliteDatabase, is_file

__all__ = ["open_database"]

URLS = "Write it as sqlite:///path/to/hegui.sqlite3 or postgresql+psycopg://user:password@host/name"


def open_database(url: str, *, busy_seconds: float = 5.0) -> Database:
    """Open the database, and create file, folder and schema where missing.

    Raises:
        InputError: STO001, the schema is newer than this hegui; STO002, the URL is of no use; STO003, the database
            cannot be opened; STO005, the driver is not installed; STO006, it cannot hold every character.
    """
    parsed = _parse(url)
    try:
        database = _of_its_kind(parsed, busy_seconds)
    except OSError as error:
        raise _cannot_be_opened(parsed.render_as_string(hide_password=True), str(error.strerror)) from error
    try:
        _prepare_schema(database)
    except DBAPIError as error:
        database.engine.dispose()
        raise _cannot_be_opened(database.where, database.words(error)) from error
    except BaseException:
        database.engine.dispose()
        raise
    return database


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    names_a_file = parsed is not None and parsed.drivername in ("sqlite", "sqlite+pysqlite") and is_file(parsed)
    names_a_server = parsed is not None and parsed.drivername == "postgresql+psycopg" and bool(parsed.database)
    if parsed is None or not (names_a_file or names_a_server):
        problem = "the URL names neither a SQLite file nor a PostgreSQL database."
        raise InputError("STO002", "database", problem, URLS)
    return parsed


def _of_its_kind(url: URL, busy_seconds: float) -> Database:
    if url.drivername != "postgresql+psycopg":
        return SqliteDatabase(url, busy_seconds)
    try:
        # Imported here: the driver is an optional package, and takes 0.05 s.
        from hegui.store.postgresql import PostgresDatabase
    except ImportError as error:
        remedy = 'Install it: pip install "hegui[postgresql]"'
        raise InputError("STO005", "database", "the driver for PostgreSQL is not there.", remedy) from error
    return PostgresDatabase(url, busy_seconds)


def _cannot_be_opened(where: str, words: str) -> InputError:
    remedy = "Check path or address and permissions, and that it is a database of hegui."
    return InputError("STO003", where, f"cannot be opened: {words}.", remedy)


def _prepare_schema(database: Database) -> None:
    with database.engine.connect() as connection:
        version = _version(connection)
    if version is None:
        with database.migrating() as connection:
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
