"""Measure what evidence costs between a spool and the ledger: taking over, publishing, and what each exchange leaves.

Works alone in a temporary folder: fills a spool, empties it into a fresh SQLite database as the mover does, gives places
and publishes checkpoints, in rounds; then weighs what is on the disk. Rules: README.md here. Exit status: 0 measured and
every limit held, 1 a limit missed.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.store.samples import an_exchange

from hegui.compose import ledger_home
from hegui.faces.ledger_api.ask import witness_asker
from hegui.settings import Settings
from hegui.store import open_store
from hegui.store.drain import Drain
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.leases import Lease
from hegui.store.sequencer import Sequencer
from hegui.store.spool import Spool
from hegui.store.spool_records import encode_exchange
from hegui.usecases.ledger_sequence import SequencedLedger

ALONE = 200
"""Records made durable one after the other, as when a single client waits for each."""
MOST_BYTES = 600
"""Of the ledger for one exchange, its content aside: the limit of the issue that asked for it."""


def measure(folder: Path, exchanges: int) -> dict[str, float]:
    """One round: rates per second of processor and wall time, and bytes for each exchange."""
    store = open_store(f"sqlite:///{folder}/hegui.sqlite3")
    settings = Settings.read({"HEGUI_STATE_DIR": str(folder)}, None)
    ledger = SequencedLedger(ledger_home(settings), witness_asker(settings.ledger.witness_seconds))
    drain = Drain(folder / "spool", EvidenceWriter(store.database, os.urandom))
    lease = Lease(store.database, "sequencer", seconds=60, clock=lambda: datetime.now(UTC))
    sequencer = Sequencer(store.database, ledger, lease)
    bodies = [encode_exchange(an_exchange(number, findings=(), user=None)) for number in range(exchanges + ALONE)]
    with closing(Spool(folder / "spool")) as spool:
        spooling = timed(
            lambda: [spool.append(bodies[at : min(at + 256, exchanges)]) for at in range(0, exchanges, 256)]
        )
        one_by_one = timed(lambda: [spool.append([body]) for body in bodies[exchanges:]])
        total = exchanges + ALONE
        taking = publishing = 0.0
        moved = 0
        begun = time.process_time()
        while moved < total:
            taking += timed(lambda: drain.step())
            publishing += timed(lambda: sequencer.step()) if moved % 2048 == 0 else 0.0
            moved += 256
        while (spent := timed(lambda: drain.step())) and drain.depth():
            taking += spent
        publishing += timed(lambda: publish_all(sequencer))
        processor = time.process_time() - begun
    drain.close()
    store.close()
    return {
        "spooled_per_s": exchanges / spooling,
        "durable_alone_per_s": ALONE / one_by_one,
        "moved_per_s": total / (taking + publishing),
        "processor_us": processor / total * 1e6,
        **weigh(folder, total),
    }


def publish_all(sequencer: Sequencer) -> None:
    while sequencer.step():
        pass


def timed(work: object) -> float:
    begun = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - begun


def weigh(folder: Path, exchanges: int) -> dict[str, float]:
    """Bytes on the disk for each exchange: the ledger's files and places, and the record with its indexes."""
    tiles = sum(file.stat().st_size for file in (folder / "ledger").rglob("*") if file.is_file())
    with closing(sqlite3.connect(folder / "hegui.sqlite3")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes = dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
    places = sum(size for name, size in sizes.items() if "ledger" in name)
    records = sum(size for name, size in sizes.items() if "exchanges" in name or "findings" in name)
    return {"ledger_bytes": (tiles + places) / exchanges, "record_bytes": records / exchanges}


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the way from the spool to the ledger.")
    parser.add_argument("--exchanges", type=int, default=20_000, help="in each round (default 20,000)")
    parser.add_argument("--rounds", type=int, default=3, help="medians are taken over them (default 3)")
    chosen = parser.parse_args()
    rounds = []
    for _ in range(chosen.rounds):
        with tempfile.TemporaryDirectory(prefix="hegui-moving-") as folder:
            rounds.append(measure(Path(folder), chosen.exchanges))
    medians = {name: round(statistics.median(one[name] for one in rounds), 1) for name in rounds[0]}
    print(json.dumps({"rounds": chosen.rounds, "exchanges": chosen.exchanges, **medians}, indent=1))
    return 0 if medians["ledger_bytes"] <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
