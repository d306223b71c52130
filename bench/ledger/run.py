"""Measure the ledger: appends into a folder, proofs from logs of growing size, the stand-alone verifier.

Knows the tests and their order: every round takes each way of appending in turn, so that a machine or a disk that slows
down slows all. Works alone in a temporary folder beside `--folder`, prints a Markdown report, writes all figures as JSON.
Rules: README.md here. Exit status: 0 measured, 2 could not measure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hegui.kernel.merkle import Frontier, leaf_hash, root_of
from hegui.kernel.merkle_proof import check_consistency, check_inclusion
from hegui.ledger.checkpoint import Checkpoint
from hegui.ledger.entry import Entry, InForce, commit
from hegui.ledger.keys import KeyKind, SignerKey
from hegui.ledger.log import TileLog
from hegui.ledger.note import Note
from hegui.ledger.proof import ProofFile
from hegui.ledger.tiles import TILE_WIDTH, Tile, encode_tile
from hegui.ledger.tree import TileTree
from hegui.store.tile_folder import TileFolder

HERE = Path(__file__).parent
VERIFIER = HERE.parents[1] / "verifier" / "hegui_verify.py"
SIGNER = SignerKey("log.example/bench", KeyKind.LOG, bytes(range(32)))
START = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
BATCHES = (1, 16, 256)
PROOFS = 200  # of each kind at each size


@dataclass(frozen=True)
class Way:
    """How entries are appended: how many before each checkpoint, and whether the disk is waited for."""

    batch: int
    durable: bool

    @property
    def title(self) -> str:
        return f"{self.batch} per checkpoint, fsync {'on' if self.durable else 'off'}"


WAYS = [Way(batch, durable) for batch in BATCHES for durable in (True, False)]


def entries() -> Iterator[bytes]:
    """Entries of about 400 bytes with one payload each, encoded beforehand by whoever measures."""
    number = 0
    while True:
        payloads = (commit("answer", b"%d" % number, number.to_bytes(32, "big")),)
        at = START + timedelta(milliseconds=number)
        under = InForce(policy="default@1", lexicon="starter@1")
        yield Entry("exchange.recorded", f"ex_{number:016x}", "app_bench", at, payloads, under).encode()
        number += 1


def append_rate(way: Way, prepared: list[bytes], seconds: float, folder: Path) -> float:
    """Entries per second into a new folder."""
    log = TileLog(TileFolder(folder, durable=way.durable), SIGNER)
    log.create()
    done = 0
    begin = time.perf_counter()
    while (spent := time.perf_counter() - begin) < seconds and done + way.batch <= len(prepared):
        log.append(prepared[done : done + way.batch])
        done += way.batch
    return done / spent


def disk_rate(seconds: float, folder: Path) -> float:
    """Files of one tile made as a durable append makes them, per second: the disk's own speed."""
    tiles = TileFolder(folder)
    done = 0
    begin = time.perf_counter()
    while (spent := time.perf_counter() - begin) < seconds:
        tiles.write(Tile(0, done).path, bytes(8192))
        done += 1
    return done / spent


def hash_rate(prepared: list[bytes]) -> float:
    """Entries hashed into a tree per second: what appending costs without files and signatures."""
    begin = time.perf_counter()
    Frontier().extend(map(leaf_hash, prepared))
    return len(prepared) / (time.perf_counter() - begin)


def synthetic(size: int, folder: Path) -> TileFolder:
    """The hash tiles of a log of `size` synthetic leaves, without entries. Written level by level."""
    tiles = TileFolder(folder, durable=False)
    level, hashes = 0, map(leaf_hash, (b"%d" % number for number in range(size)))
    while True:
        above: list[bytes] = []
        index = 0
        while chunk := [value for _, value in zip(range(TILE_WIDTH), hashes, strict=False)]:
            tiles.write(Tile(level, index, len(chunk)).path, encode_tile(chunk))
            if len(chunk) == TILE_WIDTH:
                above.append(root_of(chunk))
            index += 1
        if not above:
            return tiles
        level, hashes = level + 1, iter(above)


def proof_figures(size: int, folder: Path) -> dict[str, float]:
    """Medians over PROOFS proofs at random places, each from a fresh reader with no tile in memory."""
    begin = time.perf_counter()
    tiles = synthetic(size, folder)
    built = time.perf_counter() - begin
    root = TileTree(tiles.read, size).root()
    note = Note.sign(Checkpoint(SIGNER.name, size, root).text(), SIGNER).encode()
    chance = random.Random(size)
    made, checked, lengths, grown = [], [], [], []
    for _ in range(PROOFS):
        index, old = chance.randrange(size), chance.randrange(1, size + 1)
        begin = time.perf_counter()
        hashes = TileTree(tiles.read, size).inclusion(index)
        made.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        check_inclusion(leaf_hash(b"%d" % index), index, size, hashes, root)
        checked.append(time.perf_counter() - begin)
        lengths.append(len(ProofFile(index, tuple(hashes), note).encode()))
        begin = time.perf_counter()
        growth = TileTree(tiles.read, size).consistency(old)
        grown.append(time.perf_counter() - begin)
        check_consistency(old, TileTree(tiles.read, size).root(old), size, root, growth)
    return {
        "size": size,
        "inclusion_ms": statistics.median(made) * 1e3,
        "check_us": statistics.median(checked) * 1e6,
        "consistency_ms": statistics.median(grown) * 1e3,
        "proof_bytes": statistics.median(lengths),
        "build_s": built,
    }


def verify_rate(prepared: list[bytes], folder: Path) -> float:
    """Entries per second of `verify-log`, the start of Python included."""
    log = TileLog(TileFolder(folder, durable=False), SIGNER)
    log.create()
    log.append(prepared)
    command = [sys.executable, str(VERIFIER), "verify-log", "--key", str(SIGNER.verifier), str(folder)]
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return len(prepared) / (time.perf_counter() - begin)


def report(figures: dict[str, object]) -> Iterator[str]:
    """Markdown."""
    rates: dict[str, list[float]] = figures["appends_per_s"]  # type: ignore[assignment]
    proofs: list[dict[str, float]] = figures["proofs"]  # type: ignore[assignment]
    yield f"# Ledger, {figures['when']}\n"
    yield f"{figures['machine']}; median of {figures['rounds']} rounds of {figures['seconds']} s (lowest – highest).\n"
    yield "| Appending entries of about 400 bytes | entries/s | range | fsync on ÷ off |"
    yield "| --- | ---: | ---: | ---: |"
    for way in WAYS:
        values = rates[way.title]
        other = statistics.median(rates[Way(way.batch, False).title])
        ratio = f"{statistics.median(values) / other:.2f}" if way.durable else ""
        spread = f"{min(values):,.0f} – {max(values):,.0f}"
        yield f"| {way.title} | {statistics.median(values):,.0f} | {spread} | {ratio} |"
    yield f"| hashing alone, no files | {statistics.median(figures['hashes_per_s']):,.0f} | | |"  # type: ignore[arg-type]
    yield f"| the disk alone: durable files of 8 KiB, files/s | {statistics.median(figures['files_per_s']):,.0f} | | |"  # type: ignore[arg-type]
    yield f"| `verify-log`, {figures['verified']:,} entries | {statistics.median(figures['verified_per_s']):,.0f} | | |\n"  # type: ignore[arg-type]
    yield "| Entries | inclusion proof, ms | consistency proof, ms | check, µs | proof file, bytes | tiles built in, s |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
    for row in proofs:
        yield (
            f"| {row['size']:,.0f} | {row['inclusion_ms']:.2f} | {row['consistency_ms']:.2f} | {row['check_us']:.0f} "
            f"| {row['proof_bytes']:,.0f} | {row['build_s']:.1f} |"
        )


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="per way of appending and round")
    parser.add_argument("--largest", type=int, default=6, help="largest log for the proofs, as a power of ten (3 to 7)")
    parser.add_argument("--verified", type=int, default=50_000, help="entries of the log that verify-log reads")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made: name a disk, not a tmpfs")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    with tempfile.TemporaryDirectory(prefix="hegui-bench-", dir=chosen.folder) as name:
        base = Path(name)
        source = entries()
        prepared = [next(source) for _ in range(max(chosen.verified, int(40_000 * chosen.seconds)))]
        rates: dict[str, list[float]] = {way.title: [] for way in WAYS}
        disk, hashing, verified = [], [], []
        for _ in range(chosen.rounds):
            for way in WAYS:
                rates[way.title].append(append_rate(way, prepared, chosen.seconds, base / "log"))
                shutil.rmtree(base / "log")
            disk.append(disk_rate(chosen.seconds, base / "disk"))
            shutil.rmtree(base / "disk")
            hashing.append(hash_rate(prepared[:50_000]))
            verified.append(verify_rate(prepared[: chosen.verified], base / "log"))
            shutil.rmtree(base / "log")
        proofs = []
        for power in range(3, chosen.largest + 1):
            proofs.append(proof_figures(10**power, base / "tiles"))
            shutil.rmtree(base / "tiles")
    now = datetime.now(UTC)
    figures: dict[str, object] = {
        "when": now.isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "rounds": chosen.rounds,
        "seconds": chosen.seconds,
        "verified": chosen.verified,
        "appends_per_s": rates,
        "files_per_s": disk,
        "hashes_per_s": hashing,
        "verified_per_s": verified,
        "proofs": proofs,
    }
    print("\n".join(report(figures)))
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / f"{now:%Y%m%dT%H%M%SZ}.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"could not measure: {error}", file=sys.stderr)
        sys.exit(2)
