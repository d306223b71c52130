"""Open the database that a URL names, of either kind."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from hegui.errors import InputError
from hegui.store.database import Database
from hegui.store.schema import prepare
from hegui.store.sqlite import SqliteDatabase, is_file

__all__ = ["Migrate", "open_database"]

URLS = "Write it as sqlite:///path/to/hegui.sqlite3 or postgresql+psycopg://user:password@host/name"


Migrate = Literal["auto", "check", "never"]


def open_database(url: str, *, busy_seconds: float = 5.0, migrate: Migrate = "auto") -> Database:
    """Open the database, and create file and folder where missing.

    Args:
        busy_seconds: how long to wait for whoever else is writing.
        migrate: `auto` brings the schema up to date, `check` refuses one that is not, `never` does not look.
    Raises:
        InputError: STO001, the schema is newer than this hegui; STO002, the URL is of no use; STO003, the database
            cannot be opened; STO005, the driver is not installed; STO006, it cannot hold every character; STO007, the
            schema lacks something and may not be changed.
    """
    parsed = _parse(url)
    try:
        database = _of_its_kind(parsed, busy_seconds)
    except OSError as error:
        raise _cannot_be_opened(parsed.render_as_string(hide_password=True), str(error.strerror)) from error
    try:
        if migrate != "never":
            prepare(database, migrate)
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
