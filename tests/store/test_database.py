"""Opening: schema, versions, file modes, and two processes at once."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from hegui.errors import InputError, InternalError
from hegui.store import Store, open_store, pseudonym_secret
from hegui.store.migrations import revisions
from tests.store.samples import a_key, an_application
from tests.support.patience import PATIENCE_SECONDS


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_opening_again_finds_what_was_there(url: str) -> None:
    for _ in range(2):
        store = open_store(url)
        assert store.applications.revision() == 0
        store.close()


def test_a_connection_is_durable_and_strict(sqlite_store: Store) -> None:
    with sqlite_store.database.reading() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.scalar(text(f"PRAGMA {pragma}")) for pragma in asked]
    assert found == ["wal", 2, 1, 200]


def test_files_are_their_owners_alone(sqlite_store: Store, tmp_path: Path) -> None:
    assert mode(tmp_path / "state") == 0o700
    files = sorted((tmp_path / "state").iterdir())
    assert [file.name for file in files] == ["hegui.sqlite3", "hegui.sqlite3-shm", "hegui.sqlite3-wal"]
    assert {mode(file) for file in files} == {0o600}


def test_a_newer_schema_is_refused(sqlite_url: str, sqlite_store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state" / "hegui.sqlite3") as connection:
        connection.execute("UPDATE schema_version SET version = 9999")
    connection.close()
    known = int(revisions()[-1].id)
    said = f"STO001 .*has schema version 9999; this hegui knows up to {known}"
    with pytest.raises(InputError, match=said) as caught:
        open_store(sqlite_url)
    assert "newer hegui" in caught.value.remedy


@pytest.mark.parametrize(
    "url",
    [
        "",
        "state.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?uri=true",
        "postgresql://u:secret@h/db",
        "postgresql+psycopg://u:secret@h",
        "mysql://u:secret@h/db",
    ],
)
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="STO002") as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(InputError, match=r"STO003 .*not a database"):
        open_store(f"sqlite:///{tmp_path}/x")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(InputError, match="STO003"):
        open_store(f"sqlite:///{tmp_path}/x/y/hegui.sqlite3")


def test_a_locked_database_is_our_error_and_quotes_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "state" / "hegui.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(InternalError, match=r"STO004 .*locked") as caught:
        sqlite_store.applications.add(an_application("private-name"), a_key(an_application()))
    other.close()
    assert "private-name" not in str(caught.value)


def test_many_processes_open_a_fresh_store_at_once(url: str, tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from hegui.store import open_store, pseudonym_secret\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "store = open_store(sys.argv[1]); store.applications.revision(); store.close()\n"
        "print(pseudonym_secret(pathlib.Path(sys.argv[2])).hex())\n"
    )
    command = [sys.executable, "-W", "error", "-c", program, url, str(tmp_path / "state")]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    for child in children:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    for child in children:  # all wait at the line by now
        assert child.stdin
        child.stdin.write("\n")
        child.stdin.flush()
    secrets = {child.communicate(timeout=PATIENCE_SECONDS)[0].strip() for child in children}
    assert [child.returncode for child in children] == [0] * 6
    assert secrets == {pseudonym_secret(tmp_path / "state").hex()}


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    secret = pseudonym_secret(tmp_path / "state")
    assert len(secret) == 32
    assert pseudonym_secret(tmp_path / "state") == secret
    assert mode(tmp_path / "state") == 0o700
    assert [(file.name, mode(file)) for file in (tmp_path / "state").iterdir()] == [("pseudonym.key", 0o600)]


def test_a_damaged_secret_is_refused_and_left(tmp_path: Path) -> None:
    (tmp_path / "pseudonym.key").write_bytes(b"short")
    with pytest.raises(InputError, match=r"SEC001 .*5 bytes"):
        pseudonym_secret(tmp_path)
    assert (tmp_path / "pseudonym.key").read_bytes() == b"short"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_secret_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pseudonym.key").write_bytes(bytes(32))
    (tmp_path / "pseudonym.key").chmod(0)
    with pytest.raises(InputError, match="SEC002"):
        pseudonym_secret(tmp_path)
