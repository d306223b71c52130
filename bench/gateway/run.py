"""Measure the gateway between a fast mock upstream and a load generator, beside nginx, in one run.

Knows the tests and the order they are taken in: every test of a round is taken on all targets in turn (direct, nginx,
hegui, direct, …), so that a machine that slows down slows all of them. Knows nothing of how a target is started.
Works alone: compiles the C programs, starts every process, pins mock and load generator to one core and the target to
another, stops everything by its pid, prints a Markdown report and writes all figures as JSON. Rules: README.md here.

Exit status: 0 measured and every limit held; 1 a limit missed or errors seen; 2 could not measure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import lexicon
import processes
import report
import targets
from processes import CannotMeasure
from targets import Target

RESULTS = targets.HERE / "results"
WARM_UP = 0.5  # seconds before the window: connections are made, caches filled, the first paced streams under way
DRAIN = 10.0  # seconds an answer may take after the window
DISTURBED = 0.1  # share of our cores that others may take before a measurement is repeated
REPEATS = 2  # at most
CORES = [core for core in processes.cores() if core is not None]


@dataclass(frozen=True)
class Test:
    """One load; a saturating one asks for all the target can give, the others for what an answer takes."""

    name: str
    mode: str
    connections: int
    tokens: int = 64
    delay_us: int = 0
    spread_us: int = 0
    saturating: bool = False


TESTS = (
    Test("requests32", "requests", 32, saturating=True),
    Test("requests1", "requests", 1),
    Test("streams16", "stream", 16, saturating=True),
    Test("paced100", "stream", 100, tokens=32, delay_us=20_000),  # all begin at once, so every token comes in a burst
    Test("spread100", "stream", 100, tokens=32, delay_us=20_000, spread_us=20_000),
)


@dataclass(frozen=True)
class Bench:
    """What all measurements of a run share."""

    upstream: Target
    seconds: float
    model: str
    repeats: int

    def load(self, test: Test, target: Target) -> dict[str, Any]:
        """Run the load generator once; returns what it printed."""
        command = [str(targets.BUILD / "loadgen"), "--port", str(target.port), "--path", target.path]
        command += ["--mode", test.mode, "--connections", str(test.connections), "--tokens", str(test.tokens)]
        command += ["--delay-us", str(test.delay_us), "--spread-us", str(test.spread_us)]
        command += ["--seconds", str(self.seconds), "--warmup", str(WARM_UP), "--drain", str(DRAIN)]
        command += ["--model", self.model, "--prompt", lexicon.PROMPT]
        command += ["--key", target.api_key] if target.api_key else []
        pin = processes.in_child(processes.cores()[0])

        def prepare() -> None:
            pin()
            processes.run_in_batches(0, test.saturating)

        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WARM_UP + self.seconds + DRAIN + 10,
            start_new_session=True,
            preexec_fn=prepare,
        )
        if not done.stdout.startswith("{"):
            raise CannotMeasure(f"the load generator failed with status {done.returncode}: {done.stderr}")
        return dict(json.loads(done.stdout))

    def measure(self, test: Test, target: Target) -> dict[str, Any]:
        """Load the target once; adds what that cost it, and how far others were in the way."""
        processes.run_in_batches(self.upstream_pid, test.saturating)
        begun, busy, ours, cost = time.monotonic(), processes.busy_seconds(CORES), self.ours(target), cpu(target)
        found = self.load(test, target)
        elapsed = time.monotonic() - begun
        busy, ours = processes.busy_seconds(CORES) - busy, self.ours(target) - ours
        found["others_share"] = max(0.0, busy - ours) / elapsed / (len(CORES) or os.cpu_count() or 1)
        if target.pid is not None and cost is not None:
            found["core_share"] = (processes.cpu_seconds(target.pid) - cost) / elapsed
            processes.settle(target.pid)
            found["cpu_seconds"] = processes.cpu_seconds(target.pid) - cost
        return found

    @property
    def upstream_pid(self) -> int:
        assert self.upstream.pid is not None
        return self.upstream.pid

    def ours(self, target: Target) -> float:
        """CPU time of everything that belongs to the measurement."""
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        mine = time.process_time() + children.ru_utime + children.ru_stime
        return mine + processes.cpu_seconds(self.upstream_pid) + (cpu(target) or 0.0)

    def measure_undisturbed(self, test: Test, target: Target) -> dict[str, Any]:
        """Measure again while others take the cores, a few times at most; keeps the least disturbed, and all errors."""
        tries = [self.measure(test, target)]
        while tries[-1]["others_share"] > DISTURBED and len(tries) <= self.repeats:
            processes.wait_for_calm(CORES, DISTURBED)
            tries.append(self.measure(test, target))
        best = min(tries, key=lambda found: float(found["others_share"]))
        return {**best, "errors": sum(found["errors"] for found in tries), "tries": len(tries)}


def cpu(target: Target) -> float | None:
    """CPU seconds of a target so far; None for the mock itself, which is not what is measured."""
    return None if target.pid is None else processes.cpu_seconds(target.pid)


def figures_of(taken: dict[str, dict[str, Any]], target: Target) -> dict[str, float | None]:
    """What the report shows of one round of one target."""

    def per(test: str, what: str) -> float | None:
        cost, count = taken[test].get("cpu_seconds"), taken[test][what]
        return cost / count * 1e6 if cost is not None and count else None

    def core(test: str) -> float | None:
        share = taken[test].get("core_share")
        return None if share is None else 100 * share

    return {
        "rps_32": taken["requests32"]["rps"],
        "cpu_us_per_request": per("requests32", "requests"),
        "core_32": core("requests32"),
        "rps_1": taken["requests1"]["rps"],
        "latency_p50_ms": taken["requests1"]["latency_p50_ms"],
        "latency_p99_ms": taken["requests1"]["latency_p99_ms"],
        "events_per_s": taken["streams16"]["events_per_s"],
        "characters_per_s": taken["streams16"]["characters_per_s"],
        "cpu_us_per_event": per("streams16", "events"),
        "core_16": core("streams16"),
        "ttft_p50_ms": taken["paced100"]["ttft_p50_ms"],
        "ttft_p99_ms": taken["paced100"]["ttft_p99_ms"],
        "gap_p99_ms": taken["paced100"]["gap_p99_ms"],
        "cpu_us_per_paced_event": per("paced100", "events"),
        "spread_ttft_p50_ms": taken["spread100"]["ttft_p50_ms"],
        "spread_ttft_p99_ms": taken["spread100"]["ttft_p99_ms"],
        "spread_gap_p99_ms": taken["spread100"]["gap_p99_ms"],
        "resident_mb": None if target.pid is None else processes.resident_mb(target.pid),
        "errors": sum(test["errors"] for test in taken.values()),
    }


def start_targets(wanted: Sequence[str], extras: Sequence[str], upstream: Target, workdir: Path) -> dict[str, Target]:
    """Start what is to be measured, in the order it is measured in."""
    url = upstream.base_url
    starters = {
        "nginx": targets.start_nginx,
        "hegui": partial(targets.start_hegui, name="hegui"),
        "hegui-durable": partial(targets.start_hegui, name="hegui-durable", durability="before_last_byte"),
        "hegui-everything": partial(targets.start_hegui, name="hegui-everything", settings=targets.EVERYTHING),
    }
    found: dict[str, Target] = {}
    for name in wanted:
        say(f"starting {name}")
        found[name] = Target(None, url) if name == "direct" else starters[name](url, workdir)
    for text in extras:
        name, target = targets.peer(text)
        found[name] = target
    return found


def measure_all(bench: Bench, found: dict[str, Target], rounds: int) -> list[dict[str, Any]]:
    """All rounds; each entry holds, per target, the raw measurements and the figures made from them."""
    all_rounds = []
    for number in range(1, rounds + 1):
        taken: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in found}
        for test in TESTS:
            say(f"round {number}/{rounds}: {test.name}")
            for name, target in found.items():
                taken[name][test.name] = bench.measure_undisturbed(test, target)
        all_rounds.append(
            {
                name: {"figures": figures_of(taken[name], target), "measurements": taken[name]}
                for name, target in found.items()
            }
        )
    return all_rounds


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    version = ""
    if nginx:
        said = subprocess.run([nginx, "-v"], capture_output=True, text=True, timeout=10)
        version = said.stderr.strip().rpartition("/")[2]
    return {
        "cpu": model or platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "nginx": version,
        "load_average_before": os.getloadavg(),
    }


def write_json(path: Path, result: dict[str, Any]) -> None:
    """Write the result, making its folder when need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def say(text: str) -> None:
    """Progress, kept apart from the report on stdout."""
    print(text, file=sys.stderr, flush=True)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure direct, nginx and hegui in one run.")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; medians are taken over them (default 3)")
    parser.add_argument("--seconds", type=float, default=4.0, help="window of each measurement (default 4)")
    about = "how often a disturbed measurement is taken again (default 2); 0 where it will not become calm"
    parser.add_argument("--repeats", type=int, default=REPEATS, help=about)
    parser.add_argument("--targets", default="direct,nginx,hegui", help="default direct,nginx,hegui")
    parser.add_argument("--quick", action="store_true", help="one round of one second: does it run at all?")
    parser.add_argument("--json", type=Path, help="where to write the figures (default results/<time>.json)")
    parser.add_argument("--extra", action="append", default=[], metavar="NAME=URL=KEY", help="a running peer")
    parser.add_argument("--upstream-port", type=int, default=0, help="fixed port of the mock, for --extra")
    parser.add_argument("--model", default="m", help="model name in the requests, for --extra (default m)")
    chosen = parser.parse_args(argv)
    chosen.targets = [name for name in chosen.targets.split(",") if name]
    unknown = set(chosen.targets) - {"direct", "nginx", "hegui", "hegui-durable", "hegui-everything"}
    if unknown or len(set(chosen.targets)) < len(chosen.targets):
        parser.error(f"--targets takes direct, nginx and hegui once each, not {','.join(chosen.targets)}")
    if chosen.quick:
        chosen.rounds, chosen.seconds = 1, 1.0
    if chosen.rounds < 1 or chosen.seconds <= 0:
        parser.error("--rounds and --seconds must be positive")
    return chosen


def bench(chosen: argparse.Namespace, workdir: Path) -> int:
    """One whole run."""
    begun, on = datetime.now(UTC), machine()
    targets.compile_programs()
    upstream = targets.start_upstream(workdir, chosen.upstream_port)
    found = start_targets(chosen.targets, chosen.extra, upstream, workdir)
    rounds = measure_all(Bench(upstream, chosen.seconds, chosen.model, chosen.repeats), found, chosen.rounds)
    figures = {name: report.medians([entry[name]["figures"] for entry in rounds]) for name in found}
    others = [
        measurement["others_share"]
        for entry in rounds
        for target in entry.values()
        for measurement in target["measurements"].values()
    ]
    caption = (
        f"{begun:%Y-%m-%d %H:%M} UTC; medians of {chosen.rounds} rounds of {chosen.seconds:g} s; {on['cpu']}, "
        f"{on['cores']} cores, Linux {on['kernel']}, Python {on['python']}, nginx {on['nginx'] or '–'}; "
        f"{lexicon.TERMS:,} synthetic terms; other processes took {statistics.median(others):.0%} of the cores used, at most "
        f"{max(others):.0%}."
    )
    figures_by_round = [{name: target["figures"] for name, target in entry.items()} for entry in rounds]
    print(report.markdown(figures, caption=caption, rounds=chosen.rounds))
    print(report.durability(figures_by_round))
    path = chosen.json or RESULTS / f"{begun:%Y%m%dT%H%M%SZ}.json"
    result = {
        "begun": begun.isoformat(),
        "machine": on,
        "pinned_to": CORES,
        "rounds": chosen.rounds,
        "seconds": chosen.seconds,
        "boot_seconds": {name: target.boot_seconds for name, target in found.items()},
        "medians": figures,
        "marks": report.marks(figures),
        "others_share": {"median": statistics.median(others), "most": max(others)},
        "all_rounds": rounds,
    }
    write_json(path, result)
    say(f"figures of all rounds: {path}")
    missed = any(entry["mark"] == "FAIL" for limits in result["marks"].values() for entry in limits.values())
    return int(missed or any(values["errors"] for values in figures.values()))


def leave(number: int, _frame: object) -> None:
    """Let SIGTERM and SIGHUP end the run as Ctrl-C does, through the `finally` that stops the processes."""
    sys.exit(128 + number)


def main(argv: Sequence[str] | None = None) -> int:
    """Run, and whatever happens, leave no process behind."""
    chosen = arguments(argv)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also when a shell started us in the background
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    with tempfile.TemporaryDirectory(prefix="hegui-bench-", ignore_cleanup_errors=True) as folder:
        try:
            return bench(chosen, Path(folder))
        except CannotMeasure as fault:
            say(f"cannot measure: {fault}")
            return 2
        except KeyboardInterrupt:
            say("interrupted")
            return 130
        finally:
            processes.stop_all()


if __name__ == "__main__":
    sys.exit(main())
