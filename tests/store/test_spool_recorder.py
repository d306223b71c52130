"""The contract of `ports.Recorder` over a spool, and what became of the records behind it, on each kind of database."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hegui.errors import InternalError
from hegui.store import SpoolRecorder, Store
from hegui.store.drain import Drain
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.recorder import DatabaseAway
from hegui.store.spool import Spool, SpoolReader, spools_in
from hegui.store.spool_recorder import SpoolWriter
from hegui.store.spool_records import decode_exchange
from hegui.usecases.content_transit import Transit
from hegui.usecases.ports import Delivery, Exchange
from hegui.vault.keys import WrappedKey
from tests.store.samples import an_exchange, written
from tests.store.test_recorder import run_with, until
from tests.store.test_spool import Faulty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spool"


@pytest.fixture
def recorder(folder: Path) -> Iterator[SpoolRecorder]:
    with closing(SpoolRecorder(folder, capacity=10_000)) as recorder:
        yield recorder


def moved(store: Store, folder: Path) -> list[Exchange]:
    """What is in the database once everything in the folder was moved there, in the order it was handed over."""
    with closing(Drain(folder, EvidenceWriter(store.database, os.urandom))) as drain:
        while drain.step():
            pass
        assert drain.depth() == 0
    return written(store)


def limit_pages(recorder: SpoolRecorder, pages: int) -> None:
    """What SQLite does beyond the limit is what it does when the disk is full."""
    spool = recorder._writer._spool  # type: ignore[attr-defined]
    connect = spool._open

    def open_with_limit() -> sqlite3.Connection:
        connection: sqlite3.Connection = connect()
        connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    spool._open = open_with_limit
    spool._connection.close()
    spool._connection = None


def test_what_is_awaited_is_on_the_disk_and_comes_into_the_database(
    store: Store, folder: Path, recorder: SpoolRecorder
) -> None:
    batch = [an_exchange(number) for number in range(1500)]
    assert run_with(recorder, batch) == [None] * 1500
    assert (recorder.depth(), recorder.spooled()) == (0, 1500)
    assert moved(store, folder) == batch
    assert recorder.spooled() == 0


def test_close_writes_what_is_left(store: Store, folder: Path, recorder: SpoolRecorder) -> None:
    async def main() -> None:
        for number in range(300):
            recorder.record(an_exchange(number))
        recorder.close()

    asyncio.run(main())
    assert moved(store, folder) == [an_exchange(number) for number in range(300)]


def test_after_close_nothing_is_taken(store: Store, folder: Path) -> None:
    recorder = SpoolRecorder(folder, capacity=10)
    recorder.close()
    recorder.close()
    (failure,) = run_with(recorder, [an_exchange()])
    assert isinstance(failure, InternalError)
    assert failure.code == "REC001"
    assert moved(store, folder) == []


def test_a_cancelled_caller_loses_only_the_guarantee(store: Store, folder: Path, recorder: SpoolRecorder) -> None:
    async def main() -> None:
        recorder.record(an_exchange(0)).cancel()
        await recorder.record(an_exchange(1))

    asyncio.run(main())
    assert moved(store, folder) == [an_exchange(0), an_exchange(1)]


def test_a_lock_on_the_spool_is_waited_out(
    store: Store, folder: Path, recorder: SpoolRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hegui.store.spool._BUSY_SECONDS", 0.2)
    limit_pages(recorder, 100_000)  # opens it again, with this patience
    other = sqlite3.connect(spools_in(folder)[0], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    async def main() -> None:
        future = recorder.record(an_exchange())
        await until(lambda: "locked" in (recorder.last_error or ""))
        assert not future.done()
        other.execute("ROLLBACK")
        await asyncio.wait_for(future, 10)

    asyncio.run(main())
    other.close()
    assert moved(store, folder) == [an_exchange()]


def test_a_full_disk_is_waited_out(store: Store, folder: Path, recorder: SpoolRecorder) -> None:
    batch = [an_exchange(number) for number in range(300)]
    limit_pages(recorder, 30)

    async def main() -> None:
        futures = [recorder.record(one) for one in batch]
        await until(lambda: "full" in (recorder.last_error or ""))
        limit_pages_later(recorder, 100_000)
        await asyncio.wait_for(asyncio.gather(*futures), 10)

    asyncio.run(main())
    assert moved(store, folder) == batch


def limit_pages_later(recorder: SpoolRecorder, pages: int) -> None:
    """From the next opening on, which follows the failure."""
    spool = recorder._writer._spool  # type: ignore[attr-defined]
    with_limit = spool._open

    def open_with_another() -> sqlite3.Connection:
        connection: sqlite3.Connection = with_limit()
        connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    spool._open = open_with_another


def test_what_cannot_be_written_at_all_fails_alone_and_is_not_quoted(
    store: Store, folder: Path, recorder: SpoolRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    naive = an_exchange().started_at.replace(tzinfo=None)
    bad = [an_exchange(1, model="secret\ud800"), an_exchange(2, status=2**70), an_exchange(3, started_at=naive)]
    outcomes = run_with(recorder, [an_exchange(0), *bad, an_exchange(4)])
    assert [outcome is None for outcome in outcomes] == [True, False, False, False, True]
    assert all(isinstance(outcome, InternalError) and outcome.code == "REC001" for outcome in outcomes[1:4])
    assert moved(store, folder) == [an_exchange(0), an_exchange(4)]
    assert "secret" not in caplog.text


def test_what_the_database_refuses_is_durable_all_the_same_set_aside_and_not_quoted(
    store: Store, folder: Path, recorder: SpoolRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    bad = [an_exchange(1, model={"secret": "text"}), an_exchange(2, prompt_characters=2**63 - 1)]
    again = [an_exchange(0), an_exchange(0, model="another")]
    assert run_with(recorder, [an_exchange(0), *bad, *again, an_exchange(4)]) == [None] * 6
    assert moved(store, folder) == [an_exchange(0), an_exchange(4)]
    assert caplog.text.count("REC003") == 4
    assert "secret" not in caplog.text
    recorder.close()
    assert moved(store, folder) == [an_exchange(0), an_exchange(4)]
    with SpoolReader(spools_in(folder)[0]) as reader:
        assert reader.refused() == 4


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_commit_that_reached_the_disk_is_recognised_with_content_too(folder: Path, is_taken: bool) -> None:
    """Content is never sealed twice alike: what is handed in again has to be what was handed in."""

    def seal(record: str, parts: object) -> Transit:
        return Transit(WrappedKey("k" * 32, f"t-{record}", "m" * 16, os.urandom(40)), {"prompt": os.urandom(100)})

    batch = [Delivery(an_exchange(number), {"prompt": b"x"}) for number in range(2)]
    with closing(Spool(folder)) as spool, SpoolReader(spool.file) as reader:
        writer = SpoolWriter(spool, seal)
        assert spool._connection is not None
        spool._connection = Faulty(spool._connection, "after")  # type: ignore[assignment]
        with pytest.raises(DatabaseAway):
            writer.write(batch)
        taken = reader.read(0, 9) if is_taken else []
        reader.forget(len(taken))
        writer.write(batch)
        writer.write([an_exchange(2)])
        found = [*taken, *reader.read(len(taken), 9)]
    assert [decode_exchange(one.body) for one in found] == [an_exchange(number) for number in range(3)]
