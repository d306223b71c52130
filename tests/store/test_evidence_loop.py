"""Evidence on its way: whatever fails for a while, each record ends in the database and in the ledger, once."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, text

from hegui.errors import InternalError
from hegui.store import SpoolRecorder, Store
from hegui.store.drain import BATCH, Drain
from hegui.store.evidence_loop import IDLE_SECONDS, EvidenceLoop
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.spool import spools_in
from hegui.usecases.ports import Exchange
from tests.store.evidence import an_evidence_loop, assert_complete, open_log
from tests.store.samples import an_exchange, written


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def recorder(state: Path) -> Iterator[SpoolRecorder]:
    with closing(SpoolRecorder(state / "spool", capacity=100_000)) as recorder:
        yield recorder


@pytest.fixture
def loop(store: Store, state: Path) -> Iterator[EvidenceLoop]:
    loop = an_evidence_loop(store, state)
    yield loop
    loop.stop()


def exchanges(count: int, first: int = 0) -> list[Exchange]:
    return [an_exchange(number) for number in range(first, first + count)]


def hand_over(recorder: SpoolRecorder, batch: list[Exchange]) -> None:
    for exchange in batch:
        recorder.hand_over(exchange)


def durable(recorder: SpoolRecorder) -> None:
    wait_until(lambda: recorder.depth() == 0)


def wait_until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    give_up_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up_at, "it never happened"
        time.sleep(0.005)


def test_what_is_recorded_ends_in_database_and_ledger(
    store: Store, state: Path, recorder: SpoolRecorder, loop: EvidenceLoop
) -> None:
    loop.start()
    batch = exchanges(3000)
    hand_over(recorder, batch)
    wait_until(lambda: len(written(store)) == 3000)
    wait_until(lambda: open_log(state / "ledger").published().checkpoint.size == 3000)
    recorder.close()
    wait_until(lambda: not spools_in(state / "spool"))
    loop.stop()
    assert written(store) == batch
    assert_complete(store, state / "ledger", batch)
    assert loop.last_error is None


def test_a_stop_comes_after_whatever_is_there_has_been_moved(
    store: Store, state: Path, recorder: SpoolRecorder
) -> None:
    loop = an_evidence_loop(store, state, publish_seconds=3600.0, share=lambda: 0.01)
    loop.start()
    hand_over(recorder, exchanges(2000))
    recorder.close()
    loop.stop()
    assert_complete(store, state / "ledger", exchanges(2000))
    assert spools_in(state / "spool") == []


def test_a_stopped_one_leaves_lock_and_lease_to_the_next(store: Store, state: Path, recorder: SpoolRecorder) -> None:
    for number in range(3):
        hand_over(recorder, exchanges(10, number * 10))
        durable(recorder)
        loop = an_evidence_loop(store, state)
        loop.stop()
        loop.run()
        assert_complete(store, state / "ledger", exchanges(number * 10 + 10))


def test_of_two_in_one_folder_one_moves_and_the_other_takes_over(
    store: Store, state: Path, recorder: SpoolRecorder
) -> None:
    hand_over(recorder, exchanges(10))
    durable(recorder)
    first, second = an_evidence_loop(store, state), an_evidence_loop(store, state)
    assert first.step() > 0
    hand_over(recorder, exchanges(10, 10))
    durable(recorder)
    for _ in range(3):
        assert second.step(publish=True) == 0
    assert len(written(store)) == 10
    first.stop()
    first.run()
    assert len(written(store)) == 20
    hand_over(recorder, exchanges(10, 20))
    durable(recorder)
    assert second.step(publish=True) == 20
    assert_complete(store, state / "ledger", exchanges(30))
    second.stop()
    second.run()


def test_many_at_work_together_move_each_record_once(store: Store, state: Path) -> None:
    loops = [an_evidence_loop(store, state) for _ in range(3)]
    recorders = [SpoolRecorder(state / "spool", capacity=10_000) for _ in range(3)]
    for loop in loops:
        loop.start()
    for number in range(1500):
        recorders[number % 3].hand_over(an_exchange(number))
        if number == 500:
            loops[0].stop()
    for recorder in recorders:
        recorder.close()
    for loop in loops:
        loop.stop()
    assert_complete(store, state / "ledger", exchanges(1500))


def test_a_missing_table_is_waited_for_and_said_once(
    store: Store, state: Path, recorder: SpoolRecorder, loop: EvidenceLoop, caplog: pytest.LogCaptureFixture
) -> None:
    rename(store, "findings", "elsewhere")
    hand_over(recorder, exchanges(300))
    durable(recorder)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert loop.step() == 0
        assert loop.last_error is not None
        assert recorder.spooled() == 300
        rename(store, "elsewhere", "findings")
        while loop.step(publish=True):
            pass
    assert loop.last_error is None
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert caplog.text.count("REC004") == 2
    assert_complete(store, state / "ledger", exchanges(300))


def rename(store: Store, table: str, name: str) -> None:
    with store.database.writing() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


def refuse() -> int:
    raise InternalError("LED100", "ledger", "it contradicts the database", "See to it.")


def test_a_ledger_that_cannot_grow_holds_up_no_record_and_is_said_once(
    store: Store,
    state: Path,
    recorder: SpoolRecorder,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = an_evidence_loop(store, state)
    hand_over(recorder, exchanges(1000))
    durable(recorder)
    with caplog.at_level(logging.WARNING), monkeypatch.context() as patch:
        patch.setattr(loop._sequencer, "step", refuse)
        for _ in range(3):
            assert loop.step(publish=True) == 256
            assert loop._pause(256, 0.0) == 0.0
            assert loop.last_error == "LED100 ledger: it contradicts the database"
        loop.stop()
        loop.run()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert len(written(store)) == 1000
    last = an_evidence_loop(store, state)
    last.stop()
    last.run()
    assert_complete(store, state / "ledger", exchanges(1000))


def test_a_ledger_that_grows_again_is_said_when_it_does_and_not_before(
    store: Store,
    state: Path,
    recorder: SpoolRecorder,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    loop = an_evidence_loop(store, state, publish_seconds=10.0)
    real = loop._sequencer.step
    with caplog.at_level(logging.WARNING):
        monkeypatch.setattr(loop._sequencer, "step", refuse)
        for _ in range(25):
            loop.step()
            now += 1
        assert loop.last_error is not None
        assert len(caplog.records) == 1
        monkeypatch.setattr(loop._sequencer, "step", real)
        for _ in range(10):
            loop.step()
            now += 1
    assert loop.last_error is None
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_a_ledger_that_cannot_grow_is_not_asked_at_each_step(
    store: Store, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    tried: list[float] = []

    def note_and_refuse() -> int:
        tried.append(now)
        return refuse()

    monkeypatch.setattr(time, "monotonic", lambda: now)
    loop = an_evidence_loop(store, state, publish_seconds=0.01)
    monkeypatch.setattr(loop._sequencer, "step", note_and_refuse)
    for _ in range(21):
        loop.step()
        now += 0.25
    assert tried == [1000.0, 1001.0, 1002.0, 1003.0, 1004.0, 1005.0]


def test_a_spool_that_cannot_be_read_slows_no_other(
    store: Store, state: Path, recorder: SpoolRecorder, loop: EvidenceLoop
) -> None:
    (state / "spool" / "ffff.spool").write_bytes(b"this is no database at all" * 100)
    hand_over(recorder, exchanges(600))
    durable(recorder)
    assert loop.step() >= 256
    assert loop._pause(256, 0.0) == 0.0
    assert "ffff" in (loop.last_error or "")
    loop.start()
    loop.stop()
    assert_complete(store, state / "ledger", exchanges(600))


def test_an_unforeseen_error_is_named_by_kind_and_outlived(
    store: Store,
    state: Path,
    recorder: SpoolRecorder,
    loop: EvidenceLoop,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hand_over(recorder, exchanges(3))
    durable(recorder)

    def fail(*_: object) -> int:
        raise RuntimeError("the text of a user")

    with monkeypatch.context() as patch:
        patch.setattr(loop._drain, "step", fail)
        assert loop.step() == 0
    assert loop.last_error == "RuntimeError"
    assert "the text of a user" not in caplog.text
    while loop.step(publish=True):
        pass
    assert_complete(store, state / "ledger", exchanges(3))


def test_its_share_of_the_time_is_what_it_is_told(store: Store, state: Path) -> None:
    share = 1.0
    loop = an_evidence_loop(store, state, share=lambda: share)
    assert loop._pause(10, 0.05) == 0.0
    assert loop._pause(0, 0.05) == IDLE_SECONDS
    share = 0.02
    assert loop._pause(10, 0.05) == pytest.approx(2.45)
    share = 0.5
    assert loop._pause(10, 0.4) == pytest.approx(0.4)


def test_a_lock_of_another_process_on_the_database_is_waited_out(
    sqlite_store: Store, state: Path, recorder: SpoolRecorder
) -> None:
    loop = an_evidence_loop(sqlite_store, state)
    other = sqlite3.connect(state / "hegui.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    hand_over(recorder, exchanges(3))
    durable(recorder)
    assert loop.step() == 0
    assert "locked" in (loop.last_error or "")
    assert recorder.spooled() == 3
    other.execute("ROLLBACK")
    other.close()
    while loop.step(publish=True):
        pass
    assert_complete(sqlite_store, state / "ledger", exchanges(3))
    loop.stop()


def test_a_full_disk_of_the_database_is_waited_out(sqlite_store: Store, state: Path, recorder: SpoolRecorder) -> None:
    pages = "PRAGMA max_page_count=40"  # what SQLite does then is what it does when the disk is full

    @event.listens_for(sqlite_store.database.engine, "checkout")
    def _limit(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.execute(pages)

    sqlite_store.database.engine.dispose()
    loop = an_evidence_loop(sqlite_store, state)
    hand_over(recorder, exchanges(300))
    durable(recorder)
    for _ in range(3):
        assert loop.step() == 0
    assert "full" in (loop.last_error or "")
    pages = "PRAGMA max_page_count=100000"
    while loop.step(publish=True):
        pass
    assert_complete(sqlite_store, state / "ledger", exchanges(300))
    loop.stop()


def test_a_ledgers_folder_that_cannot_be_made_is_waited_for(
    store: Store, state: Path, recorder: SpoolRecorder, loop: EvidenceLoop
) -> None:
    hand_over(recorder, exchanges(3))
    durable(recorder)
    (state / "ledger").write_bytes(b"")
    loop.step(publish=True)
    assert loop.last_error == "FileExistsError"
    assert len(written(store)) == 3
    (state / "ledger").unlink()
    while loop.step(publish=True):
        pass
    assert loop.last_error is None
    assert_complete(store, state / "ledger", exchanges(3))


def test_records_that_come_while_it_stops_wait_for_the_next(store: Store, state: Path, recorder: SpoolRecorder) -> None:
    loop = an_evidence_loop(store, state)
    loop.start()
    going = threading.Event()

    def keep_recording() -> None:
        for number in range(2000):
            recorder.hand_over(an_exchange(number))
            going.set()

    thread = threading.Thread(target=keep_recording)
    thread.start()
    going.wait()
    loop.stop()
    thread.join()
    recorder.close()
    last = an_evidence_loop(store, state)
    last.stop()
    last.run()
    assert_complete(store, state / "ledger", exchanges(2000))


class Busy(Drain):
    """Before each step another worker of the machine writes one more record."""

    def __init__(self, folder: Path, writer: EvidenceWriter) -> None:
        super().__init__(folder, writer)
        self.other = SpoolRecorder(folder, capacity=10)
        self.numbers = iter(range(5000, 5100))

    def step(self, most: int = BATCH) -> int:
        hand_over(self.other, [an_exchange(next(self.numbers))])
        durable(self.other)
        return super().step(most)


def test_a_stop_comes_though_others_go_on_writing(store: Store, state: Path, recorder: SpoolRecorder) -> None:
    hand_over(recorder, exchanges(600))
    durable(recorder)
    loop = an_evidence_loop(store, state)
    with closing(Busy(state / "spool", EvidenceWriter(store.database, os.urandom))) as drain, closing(drain.other):
        loop._drain = drain
        loop.stop()
        loop.run()
    assert_complete(store, state / "ledger", [*exchanges(600), *exchanges(4, 5000)])
