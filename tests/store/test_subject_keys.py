"""Subject keys in both databases: one live key a subject, whoever comes first; erased ones leave a record and no bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hegui.store import Store, open_store
from hegui.store.tables import subject_keys
from hegui.usecases.vault_ports import KeyRecord
from hegui.vault.keys import MasterKeys, WrappedKey, new_key
from tests.store.samples import NOON
from tests.support.patience import PATIENCE_SECONDS
from tests.vault.samples import MASTERS, ROTATING

LATER = NOON + timedelta(days=1)

COPY = "import sqlite3, sys; a, b = map(sqlite3.connect, sys.argv[1:]); a.backup(b); b.close(); a.close()"


def a_wrapped_key(subject: str = "u-1", masters: MasterKeys = MASTERS) -> WrappedKey:
    return masters.wrap(new_key(subject, os.urandom(48)))


def test_the_first_key_of_a_subject_is_the_one(store: Store) -> None:
    keys = store.subject_keys
    first, second, other = a_wrapped_key(), a_wrapped_key(), a_wrapped_key("u-2")
    assert keys.live("u-1") is None
    assert keys.add(first, NOON) == first
    assert keys.add(second, LATER) == first
    assert keys.add(other, LATER) == other
    assert keys.live("u-1") == first
    assert keys.of("u-1") == [KeyRecord(first.id, "u-1", NOON, None, None)]
    assert keys.unswept() == keys.of("u-3") == []


def test_an_erased_key_leaves_its_record_and_makes_room_for_a_new_one(store: Store) -> None:
    keys = store.subject_keys
    first, second = a_wrapped_key(), a_wrapped_key()
    keys.add(first, NOON)
    for at in (LATER, LATER + timedelta(days=1)):  # the second time there is nothing to erase
        keys.erase("u-1", at)
    assert keys.live("u-1") is None
    gone = KeyRecord(first.id, "u-1", NOON, LATER, None)
    assert keys.of("u-1") == keys.unswept() == [gone]
    assert keys.add(second, LATER) == second
    keys.mark_swept(second.id, at=LATER)  # not erased: stays as it is
    for at in (LATER, LATER + timedelta(days=1)):
        keys.mark_swept(first.id, at=at)
    assert keys.unswept() == []
    assert keys.of("u-1") == [replace(gone, swept_at=LATER), KeyRecord(second.id, "u-1", LATER, None, None)]


def test_keys_under_other_masters_are_found_page_by_page_and_replaced(store: Store) -> None:
    keys = store.subject_keys
    old = [keys.add(a_wrapped_key(f"u-{number}"), NOON) for number in range(5)]
    keys.add(a_wrapped_key("u-new", ROTATING), NOON)
    keys.erase("u-0", LATER)
    assert keys.count_outside(ROTATING.current) == 4
    first = keys.outside(ROTATING.current, 0, 3)
    second = keys.outside(ROTATING.current, first[-1][0], 3)
    assert [key for _, key in (*first, *second)] == old[1:]
    assert keys.rewrap([(key, ROTATING.rewrap(key)) for _, key in first]) == 3
    assert keys.rewrap([(key, ROTATING.rewrap(key)) for _, key in first]) == 0  # they are there already
    assert keys.count_outside(ROTATING.current) == 1
    assert ROTATING.unwrap(keys.live("u-1") or old[0]) == MASTERS.unwrap(old[1])


def test_wrapping_anew_never_brings_back_an_erased_key(store: Store) -> None:
    keys = store.subject_keys
    key = keys.add(a_wrapped_key(), NOON)
    keys.erase("u-1", LATER)
    assert keys.rewrap([(key, ROTATING.rewrap(key))]) == 0
    assert keys.live("u-1") is None


def test_many_processes_make_one_key(url: str) -> None:
    """Each has a key of its own in hand for the same ten subjects; all of them end with the same ten."""
    open_store(url).close()
    program = (
        "import os, sys\n"
        "from datetime import datetime, UTC\n"
        "from hegui.store import open_store\n"
        "from hegui.vault.keys import MasterKeys, new_key\n"
        "masters = MasterKeys([bytes(range(32))])\n"
        "store = open_store(sys.argv[1], busy_seconds=30)\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for number in range(10):\n"
        "    mine = masters.wrap(new_key(f'u-{number}', os.urandom(48)))\n"
        "    print(masters.unwrap(store.subject_keys.add(mine, datetime.now(UTC))).key.hex())\n"
        "store.close()\n"
    )
    command = [sys.executable, "-W", "error", "-c", program, url]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for child in children:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin
        child.stdin.write("\n")
        child.stdin.flush()
    said = [child.communicate(timeout=PATIENCE_SECONDS)[0] for child in children]
    assert [child.returncode for child in children] == [0] * 4
    assert len(set(said)) == 1
    assert len(set(said[0].split())) == 10
    with closing(open_store(url)) as store:
        assert all(len(store.subject_keys.of(f"u-{number}")) == 1 for number in range(10))


def test_the_database_itself_refuses_a_second_live_key(store: Store) -> None:
    store.subject_keys.add(a_wrapped_key(), NOON)
    key = a_wrapped_key()
    with pytest.raises(IntegrityError), store.database.writing() as connection:
        row = {"id": key.id, "subject": "u-1", "master": key.master, "wrapped": key.wrapped, "created_at": NOON}
        connection.execute(subject_keys.insert().values(row))


def bytes_of(folder: Path) -> bytes:
    """The database file and its log, as they are on the disk."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()) if not file.name.endswith("-shm"))


@pytest.mark.parametrize("count", [1, 3000])
def test_no_byte_of_an_erased_key_is_left_in_a_sqlite_file(sqlite_store: Store, tmp_path: Path, count: int) -> None:
    """Wrapped first under one master key, then under another: both are gone, whatever else was written around them."""
    keys, state = sqlite_store.subject_keys, tmp_path / "state"
    stored = [keys.add(a_wrapped_key(f"u-{number}"), NOON) for number in range(count)]
    erased = stored[::3]
    anew = [ROTATING.rewrap(key) for key in erased]
    assert all(key.wrapped in bytes_of(state) for key in erased)
    keys.rewrap(list(zip(erased, anew, strict=True)))
    for key in erased:
        keys.erase(key.subject, LATER)
    assert any(key.wrapped in bytes_of(state) for key in anew)  # in the log, until it is cut
    assert keys.scrub()
    left = bytes_of(state)
    assert not any(key.wrapped in left for key in (*erased, *anew))
    assert all(key.wrapped in left for number, key in enumerate(stored) if number % 3)
    assert (state / "hegui.sqlite3-wal").stat().st_size == 0


def test_a_reader_holds_scrubbing_up_and_it_says_so(sqlite_store: Store, tmp_path: Path) -> None:
    keys = sqlite_store.subject_keys
    key = keys.add(a_wrapped_key(), NOON)
    with sqlite_store.database.reading() as connection:
        connection.execute(text("SELECT count(*) FROM subject_keys")).all()
        keys.erase("u-1", LATER)
        assert not keys.scrub()
        assert key.wrapped in bytes_of(tmp_path / "state")
    assert keys.scrub()
    assert key.wrapped not in bytes_of(tmp_path / "state")


def test_a_later_copy_of_the_database_holds_no_erased_key(sqlite_store: Store, tmp_path: Path) -> None:
    key = sqlite_store.subject_keys.add(a_wrapped_key(), NOON)
    sqlite_store.subject_keys.erase("u-1", LATER)
    subprocess.run(
        [sys.executable, "-c", COPY, str(tmp_path / "state" / "hegui.sqlite3"), str(tmp_path / "copy")], check=True
    )
    assert key.wrapped not in (tmp_path / "copy").read_bytes()
    assert key.id.encode() in (tmp_path / "copy").read_bytes()


def test_no_row_of_an_erased_key_is_left_in_postgresql(postgres_store: Store) -> None:
    """The row versions that held it are gone for every query; docs/vault.md says what a disk may still hold."""
    keys = postgres_store.subject_keys
    keys.add(a_wrapped_key(), NOON)
    keys.erase("u-1", LATER)
    assert keys.scrub()
    with postgres_store.database.reading() as connection:
        dead = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'subject_keys'"
        assert connection.scalar(text(dead)) == 0
        assert connection.scalar(text("SELECT wrapped FROM subject_keys")) is None
