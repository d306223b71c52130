"""A PostgreSQL server of the tests' own: started once, stopped by its own process id, its files removed.

Knows the installed programs; the service of the operating system is not used. Works in a short folder that only its
user may enter, on a Unix socket, with fsync on. PostgreSQL refuses to run as root, so under root it runs as the user
`postgres` or `nobody`. Each test asks for a database of its own.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

__all__ = ["PostgresServer", "find_postgres", "postgres_server"]

INSTALL = "On Debian or Ubuntu run: apt-get install postgresql"
PATIENCE_SECONDS = 60.0


def find_postgres() -> Path | None:
    """The newest installed `postgres`; Debian keeps it off the PATH."""
    packaged = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest_first = sorted(packaged, key=lambda path: float(path.parts[-3]), reverse=True)
    found = shutil.which("postgres")
    return next(iter(newest_first), Path(found).resolve() if found else None)


class PostgresServer:
    """A running server; `stop` and `start` keep its data and its address."""

    def __init__(self, postgres: Path, folder: Path) -> None:
        self._folder = folder
        self._postgres = postgres
        self._user = _server_user()
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            shutil.chown(folder, self._user)
        initdb = [str(postgres.with_name("initdb")), "-D", str(folder / "data"), "-U", "hegui", "-A", "trust"]
        self._run([*initdb, "-E", "UTF8", "--locale=C"])
        self.start()

    def start(self) -> None:
        """Start, and return when it takes connections."""
        options = ("listen_addresses=", f"unix_socket_directories={self._folder}", "max_connections=60", "fsync=on")
        command = [str(self._postgres), "-D", str(self._folder / "data")]
        for option in options:
            command += ["-c", option]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._as_its_user())
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if time.monotonic() > give_up_at or self._process.poll() is not None:
                raise RuntimeError(f"PostgreSQL does not start: {(self._folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop: SIGINT ends every connection in good order, SIGQUIT as a crash would."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(timeout=PATIENCE_SECONDS)

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run one statement, outside a transaction; its rows, if any."""
        import psycopg

        where = {"host": str(self._folder), "user": "hegui", "dbname": database}
        with psycopg.connect(**where, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def new_database(self, options: str = "") -> str:
        """Create an empty database; its URL."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
        return f"postgresql+psycopg://hegui@/{name}?host={self._folder}"

    def drop_database(self, url: str) -> None:
        """Drop it, whoever is still connected."""
        self.execute(f"DROP DATABASE IF EXISTS {database_name(url)} WITH (FORCE)")

    def _answers(self) -> bool:
        import psycopg

        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, check=True, capture_output=True, **self._as_its_user())

    def _as_its_user(self) -> dict[str, Any]:
        where: dict[str, Any] = {"cwd": self._folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
        if self._user:
            entry = pwd.getpwnam(self._user)
            where |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return where


def database_name(url: str) -> str:
    """The name of the database in a URL of `new_database`."""
    return url.partition("@/")[2].partition("?")[0]


def _server_user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this run. Without PostgreSQL the test is skipped; with CI=true it fails."""
    postgres = find_postgres()
    if postgres is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say(f"PostgreSQL is not installed. {INSTALL}")
    folder = Path(tempfile.mkdtemp(prefix="hegui-pg-", dir="/tmp"))  # a socket's path has at most 107 characters
    try:
        server = PostgresServer(postgres, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database of this test's own."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop_database(url)
