"""A killed process loses nothing that it was told is durable, and nothing arrives twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hegui.store import SpoolRecorder, open_store
from hegui.store.evidence_loop import EvidenceLoop
from hegui.usecases.ports import Exchange
from tests.store.evidence import an_evidence_loop, assert_complete, rows
from tests.store.samples import an_exchange, written
from tests.support.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
TO_EACH = 100_000
"""Numbers of exchanges of one process, count."""


def exchange_of(number: int) -> Exchange:
    """Each process records exchanges of its own."""
    return replace(an_exchange(number % TO_EACH), id=f"{number:026d}")


async def record_without_end(url: str, state: Path, process: int) -> None:
    """The child: sixteen callers at a time; each says which exchange is durable as soon as it is. A thread moves them on."""
    store = open_store(url)
    an_evidence_loop(store, state, publish_seconds=0.02).start()
    recorder = SpoolRecorder(state / "spool", capacity=10_000)

    async def caller(first: int) -> None:
        for number in range(first, TO_EACH, 16):
            await recorder.record(exchange_of(process * TO_EACH + number))
            os.write(1, f"{process * TO_EACH + number}\n".encode())

    await asyncio.gather(*[caller(first) for first in range(16)])


def start_recording(url: str, state: Path, first: int = 0) -> subprocess.Popen[bytes]:
    call = f"record_without_end({url!r}, Path({str(state)!r}), {first})"
    program = f"import asyncio; from {__name__} import *; asyncio.run({call})"
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT)


def killed(child: subprocess.Popen[bytes]) -> list[bytes]:
    """Kill it; what it said last."""
    assert child.stdout
    child.send_signal(signal.SIGKILL)
    said = child.stdout.read().splitlines()
    child.stdout.close()
    assert child.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
    return said


def check_after_a_crash(url: str, state: Path, said: list[bytes]) -> None:
    """Who comes after moves the rest; what was said to be durable is there, and everything that is there is there once."""
    durable = {exchange_of(int(line)) for line in said if line.strip()}
    with closing(open_store(url)) as store:
        with store.database.writing() as connection:  # else the next one waits until the dead one's lease has run out
            connection.exec_driver_sql("DELETE FROM leases")
        loop: EvidenceLoop = an_evidence_loop(store, state)
        loop.stop()
        loop.run()
        assert loop.last_error is None
        found = written(store)
        assert durable <= set(found)
        assert len({exchange.id for exchange in found}) == len(found) == len(rows(store))
        assert list((state / "spool").glob("*.spool")) == []
        assert_complete(store, state / "ledger", found)


@pytest.mark.parametrize("round_", range(3))
def test_kill_9_at_a_random_moment_keeps_every_durable_exchange_once(url: str, tmp_path: Path, round_: int) -> None:
    state = tmp_path / "state"
    said: list[bytes] = []
    for process in range(2):
        child = start_recording(url, state, process)
        assert child.stdout
        said += [child.stdout.readline() for _ in range(random.randint(1, 1500))]
        said += killed(child)
    check_after_a_crash(url, state, said)


def test_kill_9_of_the_mover_does_not_disturb_who_records(url: str, tmp_path: Path) -> None:
    """`hegui sequencer` and the gateway are two processes; here the gateway is this one."""
    state = tmp_path / "state"
    open_store(url).close()
    program = (
        f"from {__name__} import *; store = open_store({url!r});"
        f"an_evidence_loop(store, Path({str(state)!r}), publish_seconds=0.02).run()"
    )
    with closing(SpoolRecorder(state / "spool", capacity=10_000)) as recorder, closing(open_store(url)) as store:
        for number in range(3):
            mover = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
            before = len(written(store))
            for exchange in (exchange_of(number * 500 + position) for position in range(500)):
                recorder.hand_over(exchange)
            while len(written(store)) < before + 100:
                assert mover.poll() is None
            mover.kill()
            mover.wait(PATIENCE_SECONDS)
    check_after_a_crash(url, state, [str(number).encode() for number in range(1500)])
