"""Ask a gateway at a steady rate for a long time: does its memory stay flat, and is every answer's record there, once?

Works alone: starts the demonstration upstream and a `hegui serve` with everything by default on loopback, paces whole and
streamed requests over a few connections, samples resident memory, ends in good order, then compares what the clients
finished with the store and the ledger. Rules: README.md here. Exit status: 0 nothing lost, doubled or growing; 1 something
was; 2 could not measure.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import select
from tests.evidence.fleet import Clients, Demonstration, Fleet

from hegui.store import open_store
from hegui.store.tables import ledger_entries
from hegui.usecases.ports import ExchangeFilter

WARM_UP_SECONDS = 120.0
"""Caches fill, arenas settle; memory before that says nothing of a leak."""
SAMPLE_SECONDS = 5.0
LARGEST_SLOPE = 1.0
"""MB an hour that count as flat: below what twenty minutes of samples can tell from nothing."""


def resident_mb(pid: int) -> float:
    """VmRSS in 10^6 bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmRSS:"))


def slope(samples: list[tuple[float, float]]) -> tuple[float, float]:
    """Least squares through (seconds, MB): MB an hour, and twice its standard error as if each sample stood alone."""
    times, sizes = zip(*samples, strict=True)
    line = statistics.linear_regression(times, sizes)
    mean = statistics.fmean(times)
    left = sum((size - line.intercept - line.slope * at) ** 2 for at, size in samples) / max(1, len(samples) - 2)
    spread = sum((at - mean) ** 2 for at in times)
    return line.slope * 3600, 2 * (left / spread) ** 0.5 * 3600


def run(minutes: float, rate: float, folder: Path) -> dict[str, object]:
    """Soak, and say what was found."""
    with Demonstration() as demonstration:
        fleet = Fleet(folder / "state", 1, demonstration.url, HEGUI_EVIDENCE_SEQUENCER="thread")
        gateway = fleet.gateways[0]
        samples: list[tuple[float, float]] = []
        backlog = unheard = 0
        try:
            fleet.start()
            assert gateway.child is not None
            pid, begun = gateway.child.pid, time.monotonic()
            with Clients([gateway.port], fleet.key, rate=rate) as clients:
                while (elapsed := time.monotonic() - begun) < minutes * 60:
                    time.sleep(SAMPLE_SECONDS)
                    samples.append((elapsed, resident_mb(pid)))
                    try:
                        backlog = max(backlog, gateway.health()["records_spooled"])
                    except OSError:  # a busy machine; whoever waits for an answer will tell
                        unheard += 1
                    if len(samples) % 12 == 0:
                        print(
                            f"{elapsed / 60:5.1f} min  {samples[-1][1]:6.1f} MB  {len(clients.finished)} answers",
                            file=sys.stderr,
                        )
            gateway.end()
        finally:
            fleet.end()
        return {
            **account(fleet, clients.finished),
            **memory(samples),
            "largest_backlog": backlog,
            "health_unanswered": unheard,
            "refused": clients.refused,
        }


def memory(samples: list[tuple[float, float]]) -> dict[str, object]:
    """Resident MB: the median of each minute, how they grow after the warm-up, and how in the second half."""
    warm = [sample for sample in samples if sample[0] >= min(WARM_UP_SECONDS, samples[-1][0] / 4)]
    late = [sample for sample in samples if sample[0] >= samples[-1][0] / 2]
    minutes: dict[int, list[float]] = {}
    for at, size in samples:
        minutes.setdefault(int(at // 60), []).append(size)
    return {
        "resident_mb_by_minute": [round(statistics.median(sizes), 2) for sizes in minutes.values()],
        "resident_mb_first": round(warm[0][1], 1),
        "resident_mb_last": round(warm[-1][1], 1),
        **rounded("slope", warm),
        **rounded("second_half", late),
    }


def rounded(name: str, samples: list[tuple[float, float]]) -> dict[str, float]:
    per_hour, error = slope(samples)
    return {f"{name}_mb_per_hour": round(per_hour, 2), f"{name}_error_mb_per_hour": round(error, 2)}


def account(fleet: Fleet, finished: list[str]) -> dict[str, object]:
    """What the clients finished against what is written down."""
    with closing(open_store(f"sqlite:///{fleet.state}/hegui.sqlite3")) as store:
        stored = [one.id for one in store.exchanges.list(ExchangeFilter(limit=10**9))]
        with store.database.reading() as connection:
            entries = list(connection.scalars(select(ledger_entries.c.subject)))
    size = int((fleet.state / "ledger" / "checkpoint").read_text().splitlines()[1])
    return {
        "answers": len(finished),
        "lost": len(set(finished) - set(stored)),
        "doubled": len(stored) - len(set(stored)) + len(entries) - len(set(entries)),
        "without_entry": len(set(stored) ^ set(entries)) + abs(size - len(entries)),
        "logged": fleet.log.read_text().count("REC00"),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Soak a gateway at a steady rate.")
    parser.add_argument("--minutes", type=float, default=20.0, help="how long (default 20)")
    parser.add_argument("--rate", type=float, default=100.0, help="requests a second (default 100)")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    chosen = parser.parse_args()
    lock = threading.excepthook  # a client's thread that fails must not pass for silence
    failed: list[object] = []
    threading.excepthook = lambda args: (failed.append(args), lock(args))[0]
    with tempfile.TemporaryDirectory(prefix="hegui-soak-") as folder:
        found = {"minutes": chosen.minutes, "rate": chosen.rate, **run(chosen.minutes, chosen.rate, Path(folder))}
    text = json.dumps(found, indent=1)
    print(text)
    if chosen.json:
        chosen.json.write_text(text + "\n", encoding="utf-8")
    per_hour, error = (float(str(found[f"second_half{name}_mb_per_hour"])) for name in ("", "_error"))
    grows = per_hour - error > LARGEST_SLOPE
    wrong = failed or grows or any(found[name] for name in ("lost", "doubled", "without_entry", "refused"))
    return 1 if wrong or not found["answers"] else 0


if __name__ == "__main__":
    sys.exit(main())
