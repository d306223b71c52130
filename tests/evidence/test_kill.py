"""Whatever is killed, stopped or full: every answer that a client finished is in the store and in the ledger, once.

The seed of a run is printed when it fails; `HEGUI_KILL_SEED` repeats it.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hegui.ledger.entry import Entry
from hegui.ledger.keys import SignerKey
from hegui.ledger.log import TileLog
from hegui.settings import Settings
from hegui.store import TileFolder, open_store
from hegui.store.tables import ledger_entries, ledger_waiting
from hegui.usecases.exchange_entry import record_of
from hegui.usecases.ports import ExchangeFilter
from tests.evidence.fleet import Clients, Demonstration, Fleet, Gateway
from tests.support.patience import PATIENCE_SECONDS
from tests.support.postgresql import PostgresServer

VERIFIER = Path(__file__).parents[2] / "verifier" / "hegui_verify.py"
ROUNDS, GATEWAYS = 40, 4
"""Each round kills every gateway and the sequencer: 200 in all."""


@pytest.fixture
def seed() -> int:
    number = int(os.environ.get("HEGUI_KILL_SEED", random.SystemRandom().randrange(10**9)))
    random.seed(number)
    print(f"HEGUI_KILL_SEED={number}")
    return number


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with Demonstration() as demonstration:
        yield demonstration.url


def settle(fleet: Fleet) -> None:
    """Let a sequencer move what is left; the lease of one that was killed has to run out first."""
    fleet.sequencer.start()
    spools = fleet.state / "spool"
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while list(spools.glob("*.spool")):
        assert time.monotonic() < give_up_at, fleet.log.read_text()[-3000:]
        time.sleep(0.05)
    fleet.sequencer.end()
    while waiting(fleet):
        assert time.monotonic() < give_up_at, fleet.log.read_text()[-3000:]
        fleet.sequencer.start()
        time.sleep(1.5)
        fleet.sequencer.end()


def opened_log(fleet: Fleet) -> TileLog:
    key = SignerKey.parse((fleet.state / "ledger-key").read_text().strip())
    return TileLog(TileFolder(fleet.state / "ledger"), key)


def database_of(fleet: Fleet) -> str:
    return Settings.read(fleet.environ, None).database_url


def waiting(fleet: Fleet) -> int:
    with closing(open_store(database_of(fleet))) as store, store.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(ledger_waiting)) or 0


def check(fleet: Fleet, finished: list[str]) -> None:
    """Each finished answer once in the store and once in the ledger, which an outsider finds whole."""
    assert finished, "no answer came to its end: nothing was tested"
    assert len(set(finished)) == len(finished)
    with closing(open_store(database_of(fleet))) as store:
        exchanges = {one.id: one for one in store.exchanges.list(ExchangeFilter(limit=10**9))}
        with store.database.reading() as connection:
            rows = connection.execute(select(ledger_entries.c.subject, ledger_entries.c.salt))
            salts = {row.subject: row.salt for row in rows}
    assert set(finished) <= exchanges.keys()
    log = opened_log(fleet)
    size = log.published().checkpoint.size
    tree = log.tree()
    subjects: Counter[str] = Counter()
    for index in range(size):
        entry = Entry.decode(tree.entry(index))
        subjects[entry.subject] += 1
        assert entry.payloads[0].holds_for(record_of(exchanges[entry.subject]), salts[entry.subject])
    assert subjects == Counter(exchanges.keys())
    key = str(SignerKey.parse((fleet.state / "ledger-key").read_text().strip()).verifier)
    command = [sys.executable, VERIFIER, "verify-log", "--key", key, "--json", fleet.state / "ledger"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["valid"] is True


def test_kill_9_of_gateways_and_sequencer_two_hundred_times(tmp_path: Path, upstream: str, seed: int) -> None:
    fleet = Fleet(tmp_path / "state", GATEWAYS, upstream)
    kills = 0
    try:
        with Clients([gateway.port for gateway in fleet.gateways], fleet.key) as clients:
            for _ in range(ROUNDS):
                fleet.sequencer.start()
                fleet.start()
                for process in random.sample([*fleet.gateways, fleet.sequencer], GATEWAYS + 1):
                    time.sleep(random.uniform(0, 0.08))
                    process.kill()
                    kills += 1
        settle(fleet)
        check(fleet, clients.finished)
        assert kills >= 200
    finally:
        fleet.end()


def test_postgresql_stopped_crashed_and_killed_with_the_rest(
    tmp_path: Path, upstream: str, seed: int, postgres_server: PostgresServer, postgres_url: str
) -> None:
    fleet = Fleet(tmp_path / "state", 2, upstream, HEGUI_DATABASE=postgres_url)
    try:
        with Clients([gateway.port for gateway in fleet.gateways], fleet.key) as clients:
            for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL, signal.SIGQUIT, signal.SIGINT, signal.SIGKILL):
                fleet.sequencer.start()
                fleet.start()
                time.sleep(random.uniform(0.1, 0.4))
                before = len(clients.finished)
                postgres_server.stop(how)
                try:
                    time.sleep(random.uniform(0.3, 0.8))
                    assert len(clients.finished) > before, "the gateways must go on without the database"
                    for process in random.sample([*fleet.gateways, fleet.sequencer], 3):
                        process.kill()
                finally:
                    postgres_server.start()
        settle(fleet)
        check(fleet, clients.finished)
    finally:
        fleet.end()


@pytest.mark.parametrize("durability", ["before_last_byte", "async"])
def test_a_full_disk_loses_nothing_that_was_promised(tmp_path: Path, upstream: str, seed: int, durability: str) -> None:
    """The kernel refuses to let any file of the gateway grow, as a full disk or a quota does, then lets it again."""
    fleet = Fleet(tmp_path / "state", 1, upstream, HEGUI_EVIDENCE_DURABILITY=durability, HEGUI_EVIDENCE_QUEUE_MAX="20")
    gateway = fleet.gateways[0]
    try:
        with Clients([gateway.port], fleet.key) as clients:
            fleet.start()
            fleet.sequencer.start()
            for _ in range(4):
                time.sleep(random.uniform(0.2, 0.4))
                fill(gateway)
                time.sleep(0.3)
                held = len(clients.finished)
                time.sleep(0.3)
                if durability == "before_last_byte":
                    assert len(clients.finished) == held, "nothing may be finished that is not written down"
                empty(gateway)
        assert clients.refused or durability != "async", "with twenty records waiting the gateway must refuse"
        gateway.end()  # in good order, so that with `async` nothing is left in memory
        fleet.sequencer.end()
        settle(fleet)
        check(fleet, clients.finished)
    finally:
        fleet.end()


def fill(gateway: Gateway) -> None:
    assert gateway.child is not None
    resource.prlimit(gateway.child.pid, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))


def empty(gateway: Gateway) -> None:
    assert gateway.child is not None
    resource.prlimit(gateway.child.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
