"""What a witness remembers, in a small SQLite file: which logs it trusts, and the last head it cosigned of each.

Knows transactions: one that decides takes the write lock before it reads, so that two decisions follow each other, also in
different processes, and it is on the disk before it is answered.
Rules: C2SP tlog-witness (the checks and the update are one atomic step).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hegui.errors import InputError
from hegui.ledger.keys import VerifierKey
from hegui.ledger.witness import Head
from hegui.store.files import create_once

__all__ = ["WitnessMemory"]

PATIENCE_SECONDS = 10.0
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS log (origin TEXT NOT NULL, vkey TEXT NOT NULL, PRIMARY KEY (origin, vkey)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS head (origin TEXT PRIMARY KEY, size TEXT NOT NULL, root BLOB NOT NULL) WITHOUT ROWID",
)


class WitnessMemory:
    """A file as `usecases.ledger_cosign.WitnessState`; made when first needed, its owner's alone."""

    def __init__(self, file: Path, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._file = file
        self._patience = patience_seconds

    @contextmanager
    def held(self) -> Iterator[HeldMemory]:
        """One transaction. Raises InputError (LED120) where the file cannot be used, or is busy for too long."""
        try:
            create_once(self._file, b"")
            with closing(sqlite3.connect(self._file, timeout=self._patience, isolation_level=None)) as connection:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("BEGIN IMMEDIATE")
                try:
                    for statement in _SCHEMA:
                        connection.execute(statement)
                    yield HeldMemory(connection)
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            remedy = (
                "Let the user who runs the witness read and write it; a damaged one is restored from no older copy."
            )
            raise InputError("LED120", str(self._file), f"cannot be used: {error}", remedy) from None


class HeldMemory:
    """What is remembered, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @property
    def logs(self) -> dict[str, list[VerifierKey]]:
        """Origin → the keys believed for it."""
        found: dict[str, list[VerifierKey]] = {}
        for origin, vkey in self._connection.execute("SELECT origin, vkey FROM log"):
            found.setdefault(origin, []).append(VerifierKey.parse(vkey))
        return found

    @property
    def heads(self) -> dict[str, Head]:
        """Origin → what was last cosigned."""
        rows = self._connection.execute("SELECT origin, size, root FROM head")
        return {origin: Head(int(size), root) for origin, size, root in rows}

    def trust(self, origin: str, key: VerifierKey) -> None:
        """Believe a key for an origin."""
        self._connection.execute("INSERT OR IGNORE INTO log VALUES (?, ?)", (origin, str(key)))

    def distrust(self, key: VerifierKey) -> bool:
        """Believe a key no longer; whether it was believed."""
        return self._connection.execute("DELETE FROM log WHERE vkey = ?", (str(key),)).rowcount > 0

    def remember(self, origin: str, head: Head) -> None:
        """Store what is cosigned."""
        self._connection.execute("INSERT OR REPLACE INTO head VALUES (?, ?, ?)", (origin, str(head.size), head.root))
