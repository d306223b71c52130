"""The contract of `ports.Recorder`: nothing is lost, nothing is said to be durable that is not."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from hegui.errors import InternalError
from hegui.store.recorder import DatabaseAway, QueueRecorder, RecordRefused
from hegui.usecases.ports import Exchange
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


def test_what_waits_is_written_together() -> None:
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


def test_a_database_that_stays_away_ends_the_waiting_at_close(caplog: pytest.LogCaptureFixture) -> None:
    recorder = QueueRecorder(ScriptedWriter(*[DatabaseAway("gone")] * 99), capacity=10, close_seconds=0.2)

    async def main() -> list[BaseException | None]:
        futures = [recorder.record(an_exchange(number)) for number in range(2)]
        await asyncio.to_thread(recorder.close)
        return await asyncio.gather(*futures, return_exceptions=True)

    failures = asyncio.run(main())
    assert all(isinstance(failure, InternalError) for failure in failures)
    assert sum(record.levelname == "CRITICAL" for record in caplog.records) == 2


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
