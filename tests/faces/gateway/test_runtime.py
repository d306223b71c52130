"""How much of the time moving records takes in a gateway's thread, and what a worker sees while the store is away."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from hegui.errors import InternalError
from hegui.faces.gateway import runtime
from hegui.faces.gateway.runtime import Runtime
from hegui.moderate.policy_book import PolicyBook
from hegui.moderate.policy_files import built_in_policy
from hegui.settings import Settings


@pytest.mark.parametrize(
    ("busy", "spooled", "share"),
    [
        (0.0, 0, 1.0),
        (0.05, 0, 1.0),
        (0.4, 0, 0.6),
        (0.9, 0, 0.1),
        (1.0, 0, 0.02),
        (1.7, 0, 0.02),  # several threads outside the interpreter
        (1.0, 99_999, 0.02),
        (1.0, 100_000, 0.1),
        (1.0, 250_000, 0.25),
        (1.0, 500_000, 0.5),
        (1.0, 5_000_000, 0.5),
        (0.2, 500_000, 0.8),
    ],
)
def test_moving_takes_what_requests_leave_and_more_the_fuller_the_spool(
    monkeypatch: pytest.MonkeyPatch, busy: float, spooled: int, share: float
) -> None:
    """Ten seconds pass, of which the mover itself worked two."""
    settings = Settings.read({}, None)
    assert settings.evidence.spool_max == 1_000_000
    one: Any = SimpleNamespace(_times=(50.0, 7.0), backlog=spooled, settings=settings)
    clock = SimpleNamespace(monotonic=lambda: 60.0, process_time=lambda: 7.0 + 10 * busy + 3.0, thread_time=lambda: 3.0)
    monkeypatch.setattr(runtime, "time", clock)
    assert Runtime.share_for_evidence(one) == pytest.approx(share)


class Store:
    """Implements as much of `ports.Applications` and `ports.Lexicons` as a worker asks for; may go away."""

    is_away = False

    def revision(self) -> int:
        if self.is_away:
            raise InternalError("STO004", "database", "the database failed.", "See to it.")
        return 1

    def live_keys(self) -> list[Any]:
        return []

    def active(self) -> None:
        return None


class Spool:
    """Implements as much of `ports.Recorder`."""

    waiting = 0

    def depth(self) -> int:
        return 0

    def backlog(self) -> int:
        return self.waiting


def test_while_the_store_is_away_the_spool_is_filled_to_its_bound_and_no_further(
    caplog: pytest.LogCaptureFixture,
) -> None:
    environ = {"HEGUI_EVIDENCE_SPOOL_MAX": "10", "HEGUI_LEXICON_POLL_SECONDS": "0.01"}
    store: Any = Store()
    spool: Any = Spool()

    async def main() -> None:
        worker = Runtime(
            settings=Settings.read(environ, None),
            applications=store,
            lexicons=store,
            recorder=spool,
            policies=PolicyBook(built_in_policy()),
            secret=bytes(32),
            clock=lambda: datetime.now(UTC),
            evidence_state=lambda: pytest.fail("not asked for"),
            number_key=bytes(32),
            labelling=lambda: pytest.fail("not asked for"),
            media=SimpleNamespace(sweep=lambda: None),  # type: ignore[arg-type]  # holds nothing
        )
        task = asyncio.create_task(worker.keep_fresh())
        store.is_away, spool.waiting = True, 10
        async with asyncio.timeout(10):
            while not worker.is_full():
                await asyncio.sleep(0.01)
            spool.waiting = 9
            while worker.is_full():
                await asyncio.sleep(0.01)
            store.is_away = False
            while "no longer" not in caplog.text:
                await asyncio.sleep(0.01)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert caplog.text.count("STO004") == 1  # though it was away for many a look


def test_a_staged_policy_that_cannot_be_read_keeps_no_ended_key_alive() -> None:
    store: Any = Store()
    key, application = SimpleNamespace(sha256=b"k"), SimpleNamespace(policy="default")
    store.live_keys = lambda: [(key, application)]
    stages: Any = SimpleNamespace(history=list)
    worker = Runtime(
        settings=Settings.read({}, None),
        applications=store,
        lexicons=store,
        recorder=SimpleNamespace(),  # type: ignore[arg-type]  # not asked for
        policies=PolicyBook(built_in_policy()),
        secret=bytes(32),
        clock=lambda: datetime.now(UTC),
        evidence_state=lambda: pytest.fail("not asked for"),
        number_key=bytes(32),
        labelling=lambda: pytest.fail("not asked for"),
        media=SimpleNamespace(sweep=lambda: None),  # type: ignore[arg-type]  # holds nothing
        stages=stages,
    )
    assert b"k" in worker.keys
    store.live_keys, store.revision = list, lambda: 2
    stages.history = lambda: pytest.fail("a staged policy cannot be read")
    with pytest.raises(pytest.fail.Exception):
        worker.refresh()
    assert worker.keys == {}
