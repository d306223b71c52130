"""Content that waited in a spool while its user was erased elsewhere: the record arrives, the content does not come back."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from hegui.errors import InternalError
from hegui.ledger.entry import Entry
from hegui.store import Store
from hegui.store.blob_folder import BlobFolder
from hegui.store.drain import Drain
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.recorder import DatabaseAway
from hegui.store.spool import Spool
from hegui.store.spool_records import encode_exchange
from hegui.store.tables import erased_subjects, ledger_waiting
from hegui.usecases.content_transit import seal_for_transit
from hegui.usecases.erase_person import erase_person
from hegui.usecases.keep_content import CLOCKS_APART, read_content
from hegui.usecases.ports import Exchange
from hegui.usecases.take_content import take_content
from hegui.usecases.vault_ports import Vault
from hegui.vault.faults import KeyErased
from hegui.vault.keys import MasterKeys
from hegui.vault.retention_files import retention_law
from tests.store.conftest import Clock
from tests.store.samples import an_exchange, written
from tests.vault.samples import MASTERS

SECRET = "只有甲知道的秘密".encode()
LATER = timedelta(hours=1)


@pytest.fixture
def vault(store: Store, clock: Clock, tmp_path: Path) -> Vault:
    return Vault(store.subject_keys, BlobFolder(tmp_path / "blobs", durable=False), MASTERS, os.urandom, clock)


def spooled(folder: Path, *exchanges: Exchange, parts: Mapping[str, bytes] = {"prompt": SECRET}) -> None:
    """What a gateway leaves that has ended since."""
    spool = Spool(folder)
    transits = [seal_for_transit(MASTERS, exchange.id, parts, os.urandom) for exchange in exchanges]
    spool.append([encode_exchange(*pair) for pair in zip(exchanges, transits, strict=True)])
    spool.close()


def drained(store: Store, vault: Vault, folder: Path) -> None:
    """What the drain of the machine does whose spools these are."""
    writer = EvidenceWriter(store.database, os.urandom)
    with closing(Drain(folder, writer, partial(take_content, vault))) as drain:
        while drain.step():
            pass


def erase(store: Store, vault: Vault, user: str = "u-1") -> None:
    erase_person(vault, store.exchanges, store.contents, retention_law(), user, store.add_entries)


def told(store: Store) -> dict[str, Entry]:
    with store.database.reading() as connection:
        rows = connection.execute(select(ledger_waiting.c.entry)).scalars()
        return {entry.subject: entry for entry in map(Entry.decode, map(bytes, rows))}


def is_readable(vault: Vault, exchange: Exchange) -> bool:
    try:
        return read_content(vault, exchange.user, exchange.id, "prompt").content == SECRET
    except KeyErased:
        return False


@pytest.mark.parametrize("had_a_key", [True, False])
def test_what_was_made_before_the_erasure_is_dropped_and_that_is_told(
    store: Store, vault: Vault, clock: Clock, tmp_path: Path, had_a_key: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the user had no key when erased, because everything still waited on the other machine."""
    early, late, other = an_exchange(1), an_exchange(2), an_exchange(3, user="u-2")
    if had_a_key:
        spooled(tmp_path / "a", early)
        drained(store, vault, tmp_path / "a")
        assert is_readable(vault, early)
    spooled(tmp_path / "b", late, other)
    clock.now += LATER
    erase(store, vault)
    with caplog.at_level(logging.WARNING, logger="hegui"):
        drained(store, vault, tmp_path / "b")
    assert not is_readable(vault, early)
    assert not is_readable(vault, late)
    assert is_readable(vault, other)
    assert late in written(store)  # the record stays: it holds no content
    entries = told(store)
    dropped = entries[f"{late.id}/content"]
    assert (dropped.type, dropped.actor, dropped.payloads) == ("content.dropped", "system", ())
    assert [payload.name for payload in entries[late.id].payloads] == ["record"]
    assert f"{other.id}/content" not in entries
    assert caplog.text.count("REC007") == 1
    assert vault.keys.live("u-1") is None
    assert not [name for name in vault.blobs.list() if name.startswith(tuple(key.id for key in vault.keys.of("u-1")))]


def test_what_a_user_says_after_the_erasure_is_kept(store: Store, vault: Vault, clock: Clock, tmp_path: Path) -> None:
    clock.now += LATER
    erase(store, vault)
    after = [CLOCKS_APART - timedelta(microseconds=1), CLOCKS_APART, CLOCKS_APART + timedelta(microseconds=1)]
    begun = [an_exchange(number, started_at=clock.now + span) for number, span in enumerate(after)]
    spooled(tmp_path / "b", *begun)
    drained(store, vault, tmp_path / "b")
    assert [is_readable(vault, exchange) for exchange in begun] == [False, False, True]


def test_a_second_erasure_reaches_what_was_made_between(
    store: Store, vault: Vault, clock: Clock, tmp_path: Path
) -> None:
    erase(store, vault)
    clock.now += LATER
    between = an_exchange(1, started_at=clock.now)
    spooled(tmp_path / "b", between)
    clock.now += LATER
    erase(store, vault)
    drained(store, vault, tmp_path / "b")
    assert not is_readable(vault, between)
    assert vault.keys.erased_at("u-1") == clock.now


def test_an_erasure_by_a_slow_clock_takes_nothing_back(store: Store, clock: Clock) -> None:
    store.subject_keys.erase("u-1", clock.now + LATER)
    store.subject_keys.erase("u-1", clock.now)
    assert store.subject_keys.erased_at("u-1") == clock.now + LATER
    assert store.subject_keys.erased_at("u-2") is None


def test_an_erasure_from_before_there_were_marks_counts(
    store: Store, vault: Vault, clock: Clock, tmp_path: Path
) -> None:
    early = an_exchange(1)
    spooled(tmp_path / "a", early)
    drained(store, vault, tmp_path / "a")
    clock.now += LATER
    erase(store, vault)
    with store.database.writing() as connection:
        connection.execute(delete(erased_subjects))
    assert store.subject_keys.erased_at("u-1") == clock.now


class Stopping:
    """Keys that let somebody else act at one call."""

    def __init__(self, keys: Any, call: str, at: int, act: Callable[[], None]) -> None:
        self._keys, self._call, self._left, self._act = keys, call, at, act

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._keys, name)
        if name != self._call:
            return found

        def stopped(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self._act()
            return found(*arguments)

        return stopped


@pytest.mark.parametrize(
    ("call", "at"), [("erased_at", 1), ("erased_at", 2), ("erased_at", 3), ("live", 1), ("live", 2), ("add", 1)]
)
def test_an_erasure_at_any_moment_of_keeping_leaves_nothing_readable(
    store: Store, vault: Vault, clock: Clock, tmp_path: Path, call: str, at: int
) -> None:
    clock.now += LATER
    late, happened = an_exchange(1), []

    def act() -> None:
        happened.append(call)
        erase(store, vault)

    keys: Any = Stopping(vault.keys, call, at, act)
    spooled(tmp_path / "b", late)
    drained(store, Vault(keys, vault.blobs, vault.masters, vault.random, vault.clock), tmp_path / "b")
    assert happened
    assert not is_readable(vault, late)
    assert list(vault.blobs.list()) == []
    assert late in written(store)


def until_done(act: Callable[..., None], *arguments: Any) -> None:
    """SQLite waits 0.2 s for its turn in these tests."""
    for _ in range(100):
        with suppress(InternalError, DatabaseAway):
            act(*arguments)
            return
    raise AssertionError("it never was")


def test_erasing_and_keeping_at_once_leaves_nothing_readable(
    store: Store, vault: Vault, clock: Clock, tmp_path: Path
) -> None:
    """Real threads over a real database: many users, each erased while content of theirs arrives."""
    clock.now += LATER
    begun = [an_exchange(number, user=f"u-{number}") for number in range(30)]
    spooled(tmp_path / "b", *begun)

    def erase_all() -> None:
        for number in range(30):
            until_done(store.subject_keys.erase, f"u-{number}", clock.now)

    thread = threading.Thread(target=erase_all)
    thread.start()
    until_done(drained, store, vault, tmp_path / "b")
    thread.join()
    assert len(written(store)) == 30
    assert [exchange.id for exchange in begun if is_readable(vault, exchange)] == []


def test_a_key_that_no_longer_opens_does_not_hold_up_what_is_dropped_anyway(
    store: Store, vault: Vault, clock: Clock, tmp_path: Path
) -> None:
    """Content that cannot be opened is set aside; that of an erased user is not opened at all."""
    spooled(tmp_path / "b", an_exchange(1))
    clock.now += LATER
    erase(store, vault)
    blind = Vault(vault.keys, vault.blobs, MasterKeys([os.urandom(32)]), vault.random, vault.clock)
    drained(store, blind, tmp_path / "b")
    assert written(store) == [an_exchange(1)]
