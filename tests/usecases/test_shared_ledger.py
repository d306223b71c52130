"""One log that several machines write: a key the operator hands to each, files they share, state folders of their own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hegui.compose import ledger_home
from hegui.errors import FileFaults, HeguiError, InputError
from hegui.ledger.log import LogError
from hegui.settings import Settings
from hegui.store import open_store
from hegui.store.leases import Lease
from hegui.store.ledger_files import LedgerFolder, PrivateFolder
from hegui.store.ledger_turn import ledger_turn
from hegui.store.secret_sources import SecretSource
from hegui.store.sourced_key import KEY, SourcedKey, key_source
from hegui.store.store import LEDGER_KEY, SEQUENCER
from hegui.usecases.ledger_keys import new_key, prepare_key, rotate_key
from hegui.usecases.ledger_log import read_log, writing
from hegui.usecases.ledger_ports import LedgerError, LedgerHome
from hegui.usecases.ledger_status import ledger_status
from hegui.usecases.ledger_verify import verify_log
from tests.ledger.logs import ENTRIES
from tests.support.patience import PATIENCE_SECONDS
from tests.usecases.ledger_homes import NOW, grown, home_in, nobody

NAME = "example.com/log"


def keys(count: int) -> list[str]:
    return [new_key(NAME).secret() for _ in range(count)]


def machine(folder: Path, name: str, *lines: str) -> LedgerHome:
    """A machine whose source holds these lines; its public files are in the folder that all share."""
    local = PrivateFolder(folder / name)
    environ = {"KEY": "\n".join(lines)}
    safe = SourcedKey(key_source("env:KEY"), local, environ)
    home = home_in(folder / name)
    return replace(home, files=LedgerFolder(folder / "log"), safe=safe, key_file=KEY, state=local)


def code_of(act: object) -> str:
    with pytest.raises(HeguiError) as caught:
        act()  # type: ignore[operator]
    return caught.value.code


def test_two_machines_with_one_key_write_one_log_and_no_key_is_on_either(tmp_path: Path) -> None:
    (key,) = keys(1)
    one, other = (machine(tmp_path, name, key) for name in "ab")
    grown(one, 0, 5)
    grown(other, 5, 9)
    grown(one, 9, 300)
    assert verify_log(other).size == 300
    assert ledger_status(other).origin == NAME
    secret = key.split("+", 4)[-1]  # Base64, which may have a plus of its own
    assert len(secret) == 44
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and secret in path.read_bytes().decode("latin1")]


def test_another_key_stops_before_anything_is_written(tmp_path: Path) -> None:
    mine, strange = keys(2)
    grown(machine(tmp_path, "a", mine), 0, 5)
    other = machine(tmp_path, "b", strange)
    assert code_of(lambda: grown(other, 5, 9)) == "LED104"
    assert code_of(lambda: read_log(other)) == "LED104"
    assert read_log(machine(tmp_path, "a", mine)).checkpoint.size == 5


def test_machines_that_begin_at_once_begin_one_log(tmp_path: Path) -> None:
    (key,) = keys(1)
    barrier, sizes = threading.Barrier(4), []

    def begin(name: str) -> None:
        barrier.wait()
        with writing(machine(tmp_path, name, key)) as held:
            sizes.append(held.log.published().checkpoint.size)

    threads = [threading.Thread(target=begin, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sizes == [0] * 4


def test_machines_with_other_keys_that_begin_at_once_do_not_mix_their_files(tmp_path: Path) -> None:
    """The table of keys is made once; who finds another's in it stops."""
    mine, strange = keys(2)
    one, other = machine(tmp_path, "a", mine), machine(tmp_path, "b", strange)
    one.files.create("keys", b"")  # the folder
    (tmp_path / "log" / "keys").unlink()

    class Late(LedgerFolder):
        """Between looking for the table and making it, the other machine begins."""

        def create(self, path: str, data: bytes) -> bytes:
            grown(one, 0, 3)
            return super().create(path, data)

    assert code_of(lambda: grown(replace(other, files=Late(tmp_path / "log")), 0, 5)) == "LED104"
    assert verify_log(one).size == 3


def test_a_key_hands_over_while_other_machines_go_on_with_both(tmp_path: Path) -> None:
    old, new = keys(2)
    grown(machine(tmp_path, "a", old), 0, 5)
    assert code_of(lambda: prepare_key(machine(tmp_path, "a", old))) == "LED129"
    assert code_of(lambda: rotate_key(machine(tmp_path, "a", old), nobody)) == "LED129"
    one, other = machine(tmp_path, "a", old, new), machine(tmp_path, "b", old, new)
    grown(other, 5, 9)
    done = rotate_key(one, nobody)
    assert done.size == 10  # the hand-over is an entry
    assert read_log(machine(tmp_path, "c", old, new)).key == done.new
    grown(other, 9, 20)
    grown(one, 20, 30)
    assert code_of(lambda: grown(machine(tmp_path, "late", old), 30, 40)) == "LED104"
    alone = machine(tmp_path, "b", new)
    grown(alone, 30, 40)
    assert verify_log(alone).size == 41
    assert code_of(lambda: rotate_key(one, nobody)) == "LED129"  # once more needs another line
    third = keys(1)[0]
    rotate_key(machine(tmp_path, "a", new, third), nobody)
    assert ledger_status(machine(tmp_path, "a", third)).key_rotations == 2


def test_a_log_whose_files_went_away_is_not_begun_anew(tmp_path: Path) -> None:
    (key,) = keys(1)
    home = grown(machine(tmp_path, "a", key), 0, 5)
    for path in sorted((tmp_path / "log").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert code_of(lambda: grown(home, 0, 5)) == "LED122"


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "LED127"), ("a\nb\nc", "LED107"), ("a\na", "LED107"), ("PRIVATE+KEY+nonsense", "LED107"), (" \n ", "LED107")],
)
def test_a_source_that_is_none_is_told_and_not_quoted(tmp_path: Path, text: str, code: str) -> None:
    home = machine(tmp_path, "a", text)
    with pytest.raises(HeguiError) as caught:
        grown(home, 0, 1)
    assert caught.value.code == code
    assert "env:KEY" in caught.value.where
    assert "nonsense" not in str(caught.value)


def test_a_file_that_others_may_read_and_a_command_that_fails_are_told(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(keys(1)[0])
    file.chmod(0o644)
    for source, code in ((f"file:{file}", "LED128"), (f"file:{file}.none", "LED127"), ("command:false x", "LED127")):
        with pytest.raises(InputError) as caught:
            SourcedKey(key_source(source), PrivateFolder(tmp_path), {"PATH": "/usr/bin:/bin"}).read(KEY)
        assert caught.value.code == code
    assert SecretSource("s", "command:vault read -token=x", "", "A", "B").where == "command:vault"


def test_a_key_is_fetched_once(tmp_path: Path) -> None:
    """A key management service is not asked for every checkpoint."""
    count, key = tmp_path / "count", keys(1)[0]
    script = tmp_path / "fetch"
    script.write_text(f"#!/bin/sh\necho x >> {count}\necho '{key}'\n")
    script.chmod(0o700)
    safe = SourcedKey(key_source(f"command:{script}"), PrivateFolder(tmp_path / "a"), {"PATH": "/usr/bin:/bin"})
    home = replace(home_in(tmp_path / "a"), files=LedgerFolder(tmp_path / "log"), safe=safe, key_file=KEY)
    for end in range(1, 6):
        grown(home, end - 1, end)
    assert count.read_text() == "x\n"


@pytest.mark.parametrize("name", ["", "two words", "a+b", "x" * 129, "line\nbreak"])
def test_a_name_that_no_key_can_have_is_refused(name: str) -> None:
    with pytest.raises(LedgerError, match="LED109"):
        new_key(name)


def test_while_the_key_changes_no_sequencer_of_the_database_works(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hegui.sqlite3"
    now = [datetime(2026, 1, 5, tzinfo=UTC)]
    with closing(open_store(url)) as store:
        sequencer = Lease(store.database, SEQUENCER, seconds=10, clock=lambda: now[0], before=LEDGER_KEY)
        assert sequencer.take()
        with pytest.raises(LedgerError, match="LED106"), ledger_turn(url, lambda: now[0], patience_seconds=0):
            raise AssertionError("the sequencer works still")
        assert sequencer.take()
        now[0] += timedelta(seconds=11)
        with ledger_turn(url, lambda: now[0], patience_seconds=0):
            assert not sequencer.take()
            now[0] += timedelta(seconds=200)
            assert not sequencer.take()
        assert sequencer.take()


def test_a_busy_sequencer_steps_back_for_who_changes_the_key(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hegui.sqlite3"
    clock = lambda: NOW  # noqa: E731
    with closing(open_store(url)) as store:
        sequencer = Lease(store.database, SEQUENCER, seconds=10, clock=clock, before=LEDGER_KEY)
        assert sequencer.take()
        entered, leave = threading.Event(), threading.Event()

        def change() -> None:
            with ledger_turn(url, clock):
                entered.set()
                leave.wait(PATIENCE_SECONDS)

        thread = threading.Thread(target=change)
        thread.start()
        while not entered.is_set():
            sequencer.take()  # again and again, as one does that has work
        assert not sequencer.take()
        leave.set()
        thread.join()
        assert sequencer.take()


def read(environ: dict[str, str]) -> Settings:
    return Settings.read(environ, None)


def test_where_the_objects_are_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    given = {
        "HEGUI_LEDGER_STORE": "objects",
        "HEGUI_OBJECTS_ENDPOINT": "http://127.0.0.1:9",
        "HEGUI_OBJECTS_BUCKET": "b",
    }
    places = [
        (given, "b", "ledger-log/"),
        ({**given, "HEGUI_OBJECTS_PREFIX": "x/"}, "b", "x/ledger-log/"),
        ({**given, "HEGUI_LEDGER_BUCKET": "public", "HEGUI_LEDGER_PREFIX": "log/"}, "public", "log/"),
    ]
    for environ, bucket, prefix in places:
        home = ledger_home(read(environ))
        found = home.files._client.bucket  # type: ignore[attr-defined]
        assert (found.bucket, found.prefix) == (bucket, prefix)
        assert home.turn is not nullcontext
    sealed = {**given, "HEGUI_VAULT_BLOBS": "objects", "HEGUI_LEDGER_PREFIX": "logs/"}
    with pytest.raises(InputError, match="LED130"):
        ledger_home(read(sealed))
    for change in ({"HEGUI_LEDGER_BUCKET": "other"}, {"HEGUI_LEDGER_PREFIX": "a-b/"}, {"HEGUI_OBJECTS_PREFIX": "x/"}):
        assert ledger_home(read({**sealed, **change}))
    with pytest.raises(InputError, match="VLT020") as caught:
        ledger_home(read({"HEGUI_LEDGER_STORE": "objects"}))
    assert "ledger.store" in caught.value.remedy
    assert ledger_home(read({})).turn is nullcontext


def test_a_source_is_checked_where_it_is_set() -> None:
    with pytest.raises(FileFaults, match="SET001") as caught:
        read({"HEGUI_LEDGER_KEY_SOURCE": "PRIVATE+KEY+x"})
    assert "PRIVATE" not in str(caught.value)


def test_who_was_overtaken_appends_nothing_twice(tmp_path: Path) -> None:
    """Two machines whose lease failed hand in the same entries for the same place."""
    (key,) = keys(1)
    one, other = (machine(tmp_path, name, key) for name in "ab")
    grown(one, 0, 5)
    with writing(one) as held, writing(other) as also:
        note = held.log.grow(ENTRIES[5:9], at=5)
        also.log.publish(also.log.grow(ENTRIES[5:12], at=5))
        with pytest.raises(LogError, match="LED092"):
            held.log.publish(note)
        with pytest.raises(LogError, match="LED093"):
            held.log.grow(ENTRIES[5:9], at=5)
    assert subjects(one) == ENTRIES[:12]


def subjects(home: LedgerHome) -> Sequence[bytes]:
    log = read_log(home)
    return [log.tree.entry(index) for index in range(log.checkpoint.size)]
