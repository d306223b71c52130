"""A worker's own file in which records wait for the database: durable at once, whatever the database does.

Knows files, numbers and who owns one. Knows no record: a body is bytes. Works as one SQLite file for each worker, written
by that worker alone and emptied by the drain of its machine.

1. What `append` has returned from is on the disk (WAL, `synchronous=FULL`, one commit for a batch).
2. Numbers grow by one from 1, beyond what was given up, and no two records have the same; a spool is never used again
   after its worker has ended.
3. A worker holds an advisory lock for as long as it lives. Who gets the lock of another's spool knows that it is dead.
4. `forget` need not be durable: whoever drains remembers, beside what he wrote, up to which number he came.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Self

from hegui.store.files import create_once

__all__ = ["Aside", "Spool", "SpoolReader", "SpoolState", "Waiting", "spools_in", "state_of"]

MOST_BYTES = 8 << 20
"""Bytes after which no more is read at once: with their content, a few hundred records may take gigabytes."""

_BUSY_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS refused (number INTEGER PRIMARY KEY, body BLOB NOT NULL, problem TEXT NOT NULL);
"""
_SIZES = [1 << power for power in range(7, -1, -1)]
_INSERTS = [(size, "INSERT INTO waiting VALUES " + ", ".join(["(?, ?)"] * size)) for size in _SIZES]  # noqa: S608


class Waiting(NamedTuple):
    """One record that waits."""

    number: int
    body: bytes


class Aside(NamedTuple):
    """One record that was set aside, and why."""

    number: int
    body: bytes
    problem: str


class Spool:
    """The writing end, for one thread of the worker at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.name = secrets.token_hex(8)
        self.file = folder / f"{self.name}.spool"
        self._owner = _lock(_owner_file(self.file), wait=True)
        self._connection: sqlite3.Connection | None = None
        self._next = 1
        self._failed: Sequence[bytes] = ()  # handed in when a commit failed; the disk may have it all the same
        create_once(self.file, b"")
        self._open()

    @property
    def last(self) -> int:
        """The number given last; 0 before the first."""
        return self._next - 1

    def append(self, bodies: Sequence[bytes]) -> None:
        """Write all of `bodies` or nothing, durably.

        After sqlite3.Error the same bodies may be handed in again: a commit that reached the disk and reported a failure
        all the same is recognised. Others may be handed in too: they get numbers of their own.
        """
        connection = self._connection or self._open()
        if self._failed and self._has_already(connection, bodies):
            return
        rows = list(enumerate(bodies, self._next))
        try:
            connection.execute("BEGIN IMMEDIATE")
            done = 0
            for size, statement in _INSERTS:
                while len(rows) - done >= size:
                    connection.execute(statement, tuple(chain.from_iterable(rows[done : done + size])))
                    done += size
            connection.execute("COMMIT")
        except BaseException:
            self._connection, self._failed = None, bodies
            with suppress(sqlite3.Error):
                connection.close()  # which rolls back
            raise
        self._next += len(rows)

    def _has_already(self, connection: sqlite3.Connection, bodies: Sequence[bytes]) -> bool:
        """After a failed commit: whether `bodies` are what it reported, and the disk has them all the same.

        Others come behind its numbers, whether the disk has those or not: a drain may have taken them over by now.
        """
        last = connection.execute("SELECT max(number) FROM waiting").fetchone()[0] or 0
        is_again, is_there = self._failed == bodies, last >= self._next
        if is_there or not is_again:
            self._next += len(self._failed)
        self._failed = ()
        return is_again and is_there

    def close(self) -> None:
        """Let go of the file; what waits in it is the drain's."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        os.close(self._owner)

    def _open(self) -> sqlite3.Connection:
        self._connection = _connect(self.file, "FULL")
        return self._connection


class SpoolReader:
    """The reading end of a spool, for one thread at a time."""

    def __init__(self, file: Path) -> None:
        self.name = file.stem
        self.file = file
        self._connection = _connect(file, "NORMAL")  # what it forgets it may forget again

    def read(self, after: int, limit: int) -> list[Waiting]:
        """The records behind number `after`, in order: at most `limit`, and no more once there are MOST_BYTES."""
        query = "SELECT number, body FROM waiting WHERE number > ? ORDER BY number LIMIT ?"
        found, size = [], 0
        with closing(self._connection.execute(query, (after, limit))) as rows:
            for row in rows:
                found.append(Waiting(*row))
                size += len(row[1])
                if size >= MOST_BYTES:
                    break
        return found

    def forget(self, up_to: int) -> None:
        """Remove what has been taken over."""
        self._connection.execute("DELETE FROM waiting WHERE number <= ?", (up_to,))

    def set_aside(self, waiting: Waiting, problem: str) -> bool:
        """Keep a record that the database refuses out of the way of the others; durable on return. False if it is kept
        already."""
        self._connection.execute("PRAGMA synchronous=FULL")
        done = self._connection.execute("INSERT OR IGNORE INTO refused VALUES (?, ?, ?)", (*waiting, problem))
        self._connection.execute("PRAGMA synchronous=NORMAL")
        return done.rowcount == 1

    def depth(self) -> int:
        """Records that wait, count; numbers without gaps make it cheap."""
        first, last = self._connection.execute(
            "SELECT (SELECT min(number) FROM waiting), (SELECT max(number) FROM waiting)"
        ).fetchone()
        return 0 if first is None else last - first + 1

    def aside(self) -> Iterator[Aside]:
        """The records set aside, in order, one in memory at a time."""
        for row in self._connection.execute("SELECT number, body, problem FROM refused ORDER BY number"):
            yield Aside(*row)

    def aside_at(self, number: int) -> Aside | None:
        """The record set aside under this number."""
        query = "SELECT number, body, problem FROM refused WHERE number = ?"
        row = self._connection.execute(query, (number,)).fetchone()
        return None if row is None else Aside(*row)

    def clear(self, number: int) -> None:
        """Remove a record that was set aside."""
        self._connection.execute("DELETE FROM refused WHERE number = ?", (number,))

    def last(self) -> int:
        """The largest number that waits; 0 where nothing does."""
        return int(self._connection.execute("SELECT max(number) FROM waiting").fetchone()[0] or 0)

    def refused(self) -> int:
        """Records set aside, count."""
        return int(self._connection.execute("SELECT count(*) FROM refused").fetchone()[0])

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def abandoned(self) -> Iterator[bool]:
        """Whether the worker has ended; while it has, the lock is ours."""
        owner = _owner_file(self.file)
        try:
            handle = _lock(owner, wait=False)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            os.close(handle)

    def remove(self) -> None:
        """Delete an abandoned spool. The owner's file goes last: without it nobody could tell that the worker has ended."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        _owner_file(self.file).unlink(missing_ok=True)


class SpoolState(NamedTuple):
    """What waits in the spools of a folder: records, the first body of each spool that has any, and records set aside."""

    records: int
    oldest: tuple[bytes, ...]
    refused: int


def state_of(folder: Path) -> SpoolState:
    """What waits in a folder, whoever writes or empties it meanwhile."""
    records, refused, oldest = 0, 0, []
    for file in spools_in(folder):
        with SpoolReader(file) as reader:
            records += reader.depth()
            refused += reader.refused()
            oldest += [waiting.body for waiting in reader.read(0, 1)]
    return SpoolState(records, tuple(oldest), refused)


def spools_in(folder: Path) -> list[Path]:
    """The spools of a folder, by name."""
    return sorted(folder.glob("*.spool")) if folder.is_dir() else []


def _connect(file: Path, synchronous: str) -> sqlite3.Connection:
    """Open a file that is there; -wal and -shm take its mode."""
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is not left in free pages
        connection.executescript(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def _owner_file(file: Path) -> Path:
    return file.with_suffix(".owner")


def _lock(file: Path, *, wait: bool) -> int:
    """Raises BlockingIOError when another has it and `wait` is False."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BaseException:
        os.close(handle)
        raise
    return handle
