"""A killed process loses nothing that it was told is durable."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hegui.store import open_store
from hegui.usecases.ports import ExchangeFilter
from tests.store.samples import an_exchange

ROOT = Path(__file__).parents[2]


async def record_without_end(url: str) -> None:
    """The child: sixteen callers at a time; each says which exchange is durable as soon as it is."""
    store = open_store(url)
    recorder = store.open_recorder(capacity=10_000)

    async def caller(first: int) -> None:
        for number in range(first, 1_000_000, 16):
            await recorder.record(an_exchange(number))
            os.write(1, f"{number}\n".encode())

    await asyncio.gather(*[caller(first) for first in range(16)])


@pytest.mark.parametrize("round_", range(3))
def test_kill_9_at_a_random_moment_keeps_every_durable_exchange_once(url: str, round_: int) -> None:
    program = f"import asyncio; from {__name__} import *; asyncio.run(record_without_end({url!r}))"
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT)
    assert child.stdout
    said = [child.stdout.readline() for _ in range(random.randint(1, 1500))]
    child.send_signal(signal.SIGKILL)
    said += child.stdout.read().splitlines()
    child.stdout.close()
    assert child.wait(timeout=10) == -signal.SIGKILL

    durable = {an_exchange(int(line)) for line in said}
    store = open_store(url)
    found = list(store.exchanges.list(ExchangeFilter(limit=10_000_000)))
    store.close()
    assert len({exchange.id for exchange in found}) == len(found)
    assert durable <= set(found)
