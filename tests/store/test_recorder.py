"""The contract of `ports.Recorder`: nothing is lost, nothing is said to be durable that is not."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from hegui.errors import InternalError
from hegui.store import Store
from hegui.store.recorder import DatabaseAway, QueueRecorder, RecordRefused
from hegui.usecases.ports import Exchange, ExchangeFilter
from tests.store.samples import an_exchange


class ScriptedWriter:
    """Writes into a list; before each batch it does what it was told to."""

    def __init__(self, *script: Exception | Callable[[], Any]) -> None:
        self.script = list(script)
        self.written: list[Exchange] = []
        self.batches: list[int] = []
        self.is_closed = False

    def write(self, batch: Sequence[Exchange]) -> None:
        if self.script:
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            step()
        if any(exchange.model == "poison" for exchange in batch):
            raise RecordRefused("poison")
        self.batches.append(len(batch))
        self.written += batch

    def close(self) -> None:
        self.is_closed = True


def run_with(recorder: QueueRecorder, exchanges: Sequence[Exchange]) -> list[BaseException | None]:
    """Hand all over at once; what became of each."""

    async def main() -> list[BaseException | None]:
        return await asyncio.gather(*[recorder.record(one) for one in exchanges], return_exceptions=True)

    return asyncio.run(main())


async def until(condition: Callable[[], object]) -> None:
    """Wait for what happens on the recorder's thread, which no event of the loop tells."""
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


def recorded(store: Store) -> list[Exchange]:
    return list(store.exchanges.list(ExchangeFilter(limit=100_000)))[::-1]


def test_what_is_awaited_is_in_the_database(store: Store) -> None:
    recorder = store.open_recorder(capacity=10_000)
    batch = [an_exchange(number) for number in range(1500)]
    assert run_with(recorder, batch) == [None] * 1500
    assert recorded(store) == batch
    assert recorder.depth() == 0
    recorder.close()


def test_what_waits_is_written_together(store: Store) -> None:
    gate = threading.Event()
    writer = ScriptedWriter(gate.wait)
    recorder = QueueRecorder(writer, capacity=10_000)

    async def main() -> None:
        first = recorder.record(an_exchange(0))
        await until(lambda: not recorder._waiting)
        rest = [recorder.record(an_exchange(number)) for number in range(1, 701)]
        assert recorder.depth() == 701
        gate.set()
        await asyncio.gather(first, *rest)

    asyncio.run(main())
    assert writer.batches == [1, 512, 188]
    recorder.close()
    assert writer.is_closed


def test_a_future_is_settled_once_a_batch_not_once_an_exchange() -> None:
    calls = 0

    async def main() -> None:
        nonlocal calls
        loop = asyncio.get_running_loop()
        real = loop.call_soon_threadsafe

        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            return real(*args, **kwargs)

        loop.call_soon_threadsafe = counted  # type: ignore[method-assign]
        recorder = QueueRecorder(writer, capacity=10_000)
        await asyncio.gather(*[recorder.record(an_exchange(number)) for number in range(400)])
        recorder.close()

    writer = ScriptedWriter()
    asyncio.run(main())
    assert calls == len(writer.batches) < 400


def test_close_writes_what_is_left(store: Store) -> None:
    recorder = store.open_recorder(capacity=10_000)

    async def main() -> None:
        for number in range(300):
            recorder.record(an_exchange(number))
        recorder.close()

    asyncio.run(main())
    assert len(recorded(store)) == 300


def test_after_close_nothing_is_taken(store: Store) -> None:
    recorder = store.open_recorder(capacity=10)
    recorder.close()
    recorder.close()
    (failure,) = run_with(recorder, [an_exchange()])
    assert isinstance(failure, InternalError)
    assert failure.code == "REC001"
    assert recorded(store) == []


def test_beyond_its_capacity_nothing_is_taken() -> None:
    gate = threading.Event()
    recorder = QueueRecorder(ScriptedWriter(gate.wait), capacity=3)

    async def main() -> list[BaseException | None]:
        futures = [recorder.record(an_exchange(number)) for number in range(4)]
        gate.set()
        return await asyncio.gather(*futures, return_exceptions=True)

    *taken, refused = asyncio.run(main())
    assert taken == [None] * 3
    assert isinstance(refused, InternalError)
    recorder.close()


def test_trouble_is_waited_out_in_order_and_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str | None] = []
    writer = ScriptedWriter(
        DatabaseAway("disk full"), DatabaseAway("disk full"), lambda: seen.append(recorder.last_error)
    )
    recorder = QueueRecorder(writer, capacity=10)
    batch = [an_exchange(number) for number in range(3)]
    with caplog.at_level(logging.WARNING):
        assert run_with(recorder, batch) == [None] * 3
    recorder.close()
    assert writer.written == batch
    assert seen == ["disk full"]
    assert recorder.last_error is None
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "disk full" in caplog.text


def test_an_unforeseen_error_is_waited_out_and_named_by_kind_only(caplog: pytest.LogCaptureFixture) -> None:
    recorder = QueueRecorder(ScriptedWriter(RuntimeError("the text of a user")), capacity=10)
    assert run_with(recorder, [an_exchange()]) == [None]
    recorder.close()
    assert "RuntimeError" in caplog.text
    assert "the text of a user" not in caplog.text


def test_one_refused_exchange_spoils_no_other() -> None:
    writer = ScriptedWriter()
    recorder = QueueRecorder(writer, capacity=1000)
    batch = [an_exchange(number, model="poison" if number == 77 else "m") for number in range(100)]
    outcomes = run_with(recorder, batch)
    recorder.close()
    assert [number for number, outcome in enumerate(outcomes) if outcome is not None] == [77]
    assert isinstance(outcomes[77], InternalError)
    assert outcomes[77].code == "REC001"
    assert writer.written == batch[:77] + batch[78:]


def test_a_cancelled_caller_loses_only_the_guarantee(store: Store) -> None:
    recorder = store.open_recorder(capacity=10)

    async def main() -> None:
        recorder.record(an_exchange(0)).cancel()
        await recorder.record(an_exchange(1))

    asyncio.run(main())
    recorder.close()
    assert recorded(store) == [an_exchange(0), an_exchange(1)]


def test_a_database_that_stays_away_ends_the_waiting_at_close(caplog: pytest.LogCaptureFixture) -> None:
    recorder = QueueRecorder(ScriptedWriter(*[DatabaseAway("gone")] * 99), capacity=10, close_seconds=0.2)

    async def main() -> list[BaseException | None]:
        futures = [recorder.record(an_exchange(number)) for number in range(2)]
        await asyncio.to_thread(recorder.close)
        return await asyncio.gather(*futures, return_exceptions=True)

    failures = asyncio.run(main())
    assert all(isinstance(failure, InternalError) for failure in failures)
    assert sum(record.levelname == "CRITICAL" for record in caplog.records) == 2


def test_a_lock_held_by_another_process_is_waited_out(sqlite_store: Store, tmp_path: Path) -> None:
    recorder = sqlite_store.open_recorder(capacity=10)
    other = sqlite3.connect(tmp_path / "state" / "hegui.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    async def main() -> None:
        future = recorder.record(an_exchange())
        await until(lambda: "locked" in (recorder.last_error or ""))
        assert not future.done()
        other.execute("ROLLBACK")
        await asyncio.wait_for(future, 10)

    asyncio.run(main())
    other.close()
    recorder.close()
    assert recorded(sqlite_store) == [an_exchange()]


def test_a_full_disk_is_waited_out(sqlite_store: Store) -> None:
    batch = [an_exchange(number) for number in range(300)]
    pages = "PRAGMA max_page_count=30"  # what SQLite does then is what it does when the disk is full

    @event.listens_for(sqlite_store.database.engine, "checkout")
    def _limit(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(pages)

    sqlite_store.database.engine.dispose()
    recorder = sqlite_store.open_recorder(capacity=1000)

    async def main() -> None:
        nonlocal pages
        futures = [recorder.record(one) for one in batch]
        await until(lambda: "full" in (recorder.last_error or ""))
        pages = "PRAGMA max_page_count=100000"
        await asyncio.wait_for(asyncio.gather(*futures), 10)

    asyncio.run(main())
    recorder.close()
    assert recorded(sqlite_store) == batch


def test_the_real_writer_refuses_what_cannot_be_stored_and_quotes_nothing(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = store.open_recorder(capacity=10)
    bad = [an_exchange(1, model="secret\ud800"), an_exchange(2, status=2**70), an_exchange(3, model={"not": "text"})]
    outcomes = run_with(recorder, [an_exchange(0), *bad, an_exchange(4)])
    recorder.close()
    assert [outcome is None for outcome in outcomes] == [True, False, False, False, True]
    assert recorded(store) == [an_exchange(0), an_exchange(4)]
    assert "secret" not in caplog.text


def test_the_same_exchange_twice_is_durable_once_but_another_under_its_id_is_refused(store: Store) -> None:
    recorder = store.open_recorder(capacity=10)
    one = an_exchange()
    outcomes = run_with(recorder, [one, one, an_exchange(model="another")])
    recorder.close()
    assert outcomes[:2] == [None, None]
    assert isinstance(outcomes[2], InternalError)
    assert recorded(store) == [one]


def test_exchanges_handed_over_gather_into_one_batch_and_closing_does_not_wait_for_more() -> None:
    writer = ScriptedWriter()
    recorder = QueueRecorder(writer, capacity=1000, gather_seconds=3600.0)
    batch = [an_exchange(number) for number in range(100)]
    for exchange in batch:
        recorder.hand_over(exchange)
    assert recorder.depth() == 100
    recorder.close()
    assert writer.written == batch
    assert recorder.depth() == 0


def test_an_exchange_handed_over_in_vain_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    recorder = QueueRecorder(ScriptedWriter(), capacity=10)
    recorder.close()
    recorder.hand_over(an_exchange(7))
    assert f"REC001 exchange {an_exchange(7).id}" in caplog.text
