"""Measure what a label costs: small files of every format, and large films and sound beside a plain copy of the same file.

Knows the ways and their order: every round takes each way in turn, so that a machine that slows down slows all. Works alone in a
temporary folder beside `--folder`; prints a Markdown report, or all figures as JSON.
Rules: README.md here. Exit status: 0 the goal is met, 1 missed, 2 could not measure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))

from large import BUILDERS, build
from peers import ExifTool, changed_by_exiftool, remuxed, tagged_by_mkvpropedit

from hegui.kernel.source import Source
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.formats import codec_of, plan
from hegui.usecases import label_copy
from hegui.usecases.label_copy import unmoving
from hegui.usecases.label_files import label_file

HERE = Path(__file__).parent
CARRIERS = HERE.parents[1] / "tests" / "label" / "carriers"
LABELS = tuple(AigcLabel.first("001191110102MAD55U9H0F10002", f"01JC-7f3a-{number}") for number in range(2))
GOAL = 0.8
"""Of the speed of a plain copy that is forced to the disk, as the labelled file is."""

Figures = dict[str, Any]


class NoHash:
    """Stands for SHA-256 where the copy alone is measured."""

    def __init__(self, *_: object) -> None:
        pass

    def update(self, _: object) -> None:
        pass

    def copy(self) -> NoHash:
        return self

    def hexdigest(self) -> str:
        return ""


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall time, and processor time of this process and its children."""
    begin, before = time.perf_counter(), processor()
    work()
    return time.perf_counter() - begin, processor() - before


def processor() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def labelled(path: Path, number: int = 0, **how: Any) -> None:
    """Label a file; the receipt goes nowhere, so that no ledger is measured."""
    written = label_file(path, lambda *_: LABELS[number], lambda _: "receipt", **how)
    assert written.is_changed, path


def forced(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


# --- small files ------------------------------------------------------------------------------------------------------


def small(folder: Path, rounds: int, tool: ExifTool | None) -> Iterator[Figures]:
    """Medians per carrier, microseconds."""
    for carrier in sorted(CARRIERS.iterdir()):
        data = carrier.read_bytes()
        codec = codec_of(Source.of(data), carrier.name)
        try:
            splices = plan(Source.of(data), carrier.name, LABELS[0])[1]
        except ValueError:  # our errors are ValueErrors: no format, no place
            continue
        if codec is None or carrier.name == "README.md":
            continue
        times = one_small(folder / carrier.name, data, codec, rounds, tool)
        yield {
            "carrier": carrier.name,
            "bytes": len(data),
            "in_place": bool(unmoving(Source.of(data), splices)),
            **{f"{name}_us": statistics.median(values) * 1e6 if values else None for name, values in times.items()},
        }


def one_small(path: Path, data: bytes, codec: Codec, rounds: int, tool: ExifTool | None) -> dict[str, list[float]]:
    """Seconds by way; what goes to the disk is tried every eighth round, the peer no more once it has taken a second."""
    times: dict[str, list[float]] = {name: [] for name in ("read", "plan", "file", "disk", "exiftool")}
    for number in range(rounds):
        times["read"].append(seconds(lambda: codec.read(Source.of(data)))[0])
        times["plan"].append(seconds(lambda: codec.write(Source.of(data), LABELS[0]))[0])
        if number % 8:
            continue
        path.write_bytes(data)
        times["disk"].append(seconds(lambda: durable(path, data))[0])
        times["file"].append(seconds(lambda: labelled(path))[0])
        if tool is not None and max(times["exiftool"], default=0) < 1:
            times["exiftool"].append(seconds(lambda: tool.read(path))[0])
    path.unlink()
    return times


def durable(path: Path, data: bytes) -> None:
    """What any program must do that replaces a file for good."""
    draft = path.with_name("draft")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


# --- large files ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """One way to get another file of the same media data.

    Attributes:
        title: as the report has it.
        work: makes the file at the second path of the one at the first; in place, changes the second, which is a copy already.
        in_place: whether the second path is a copy of the first before.
    """

    title: str
    work: Callable[[Path, Path], object]
    in_place: bool = False


def copied(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def copied_for_good(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    forced(target)


def by_cp(source: Path, target: Path) -> None:
    subprocess.run(["cp", source, target], check=True)


def without_digests(source: Path, target: Path) -> None:
    with mock.patch.object(label_copy.hashlib, "sha256", NoHash):
        labelled(source, out=target)


WAYS = [
    Way("shutil.copyfile", copied),
    Way("cp", by_cp),
    Way("shutil.copyfile, forced to the disk", copied_for_good),
    Way("hegui", lambda source, target: labelled(source, out=target)),
    Way("hegui, no digests", without_digests),
    Way("hegui, in place", lambda _, target: labelled(target, in_place=True), in_place=True),
    Way("exiftool, XMP", changed_by_exiftool),
    Way("ffmpeg -c copy", remuxed),
    Way("mkvpropedit", lambda _, target: tagged_by_mkvpropedit(target), in_place=True),
]
PLAIN, GOOD = WAYS[0].title, WAYS[2].title


def large(folder: Path, size: int, rounds: int) -> Iterator[Figures]:
    """Medians per file and way, seconds."""
    for name in BUILDERS:
        source = folder / name
        build(name, source, size)
        ways = [way for way in WAYS if fits(way, source)]
        wall: dict[str, list[float]] = {way.title: [] for way in ways}
        used: dict[str, list[float]] = {way.title: [] for way in ways}
        for _ in range(rounds):
            for way in ways:
                target = source.with_name(f"target-{name}")
                if way.in_place:
                    copied_for_good(source, target)
                spent = seconds(lambda way=way, source=source, target=target: way.work(source, target))
                wall[way.title].append(spent[0])
                used[way.title].append(spent[1])
                target.unlink()
        yield {"file": name, "bytes": source.stat().st_size, "wall_s": wall, "processor_s": used}
        source.unlink()


def fits(way: Way, source: Path) -> bool:
    """Whether a way can do this file, tried beforehand; for ours in place, whether nothing has to move."""
    if way.title == "hegui, in place":
        with source.open("rb") as file:
            opened = Source(file)
            return bool(unmoving(opened, plan(opened, source.name, LABELS[0])[1]))
    target = source.with_name(f"target-{source.name}")
    try:
        if way.in_place:
            shutil.copyfile(source, target)
        way.work(source, target)
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        target.unlink(missing_ok=True)
    return True


# --- the report -------------------------------------------------------------------------------------------------------


def speeds(row: Figures) -> dict[str, float]:
    """MB/s by way."""
    return {title: row["bytes"] / 1e6 / statistics.median(values) for title, values in row["wall_s"].items()}


def missed(figures: Figures) -> list[str]:
    """Files for which the copy with a label was slower than the goal."""
    found = [(row["file"], speeds(row)) for row in figures["large"]]
    return [name for name, speed in found if speed["hegui, no digests"] < GOAL * speed[GOOD]]


def report(figures: Figures) -> Iterator[str]:
    yield f"# Labels, {figures['when']}\n"
    yield f"{figures['machine']}; carriers of tests/label; large files by ffmpeg. Medians of {figures['rounds']} rounds.\n"
    yield "| Small file | bytes | read, µs | plan, µs | label the file, µs | the disk alone, µs | exiftool reads, µs |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for row in figures["small"]:
        tool = f"{row['exiftool_us']:,.0f}" if row["exiftool_us"] else ""
        yield (
            f"| {row['carrier']} | {row['bytes']:,} | {row['read_us']:,.0f} | {row['plan_us']:,.0f} | {row['file_us']:,.0f} "
            f"| {row['disk_us']:,.0f} | {tool} |"
        )
    for row in figures["large"]:
        speed = speeds(row)
        yield f"\n| {row['file']}, {row['bytes'] / 1e6:,.0f} MB | MB/s | range | ÷ copyfile | ÷ forced | processor, s |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: |"
        for title, values in row["wall_s"].items():
            low, high = (row["bytes"] / 1e6 / spent for spent in (max(values), min(values)))
            yield (
                f"| {title} | {speed[title]:,.0f} | {low:,.0f} – {high:,.0f} | {speed[title] / speed[PLAIN]:.2f} "
                f"| {speed[title] / speed[GOOD]:.2f} | {statistics.median(row['processor_s'][title]):.2f} |"
            )
    slow = missed(figures)
    yield f"\nMemory at its highest: {figures['peak_mb']:.0f} MB, {figures['grown_mb']:.0f} MB of them for the large files."
    yield f"Goal, without digests at least {GOAL} of a copy forced to the disk: {'missed: ' + ', '.join(slow) if slow else 'met'}."


def highest() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rounds", type=int, default=5, help="of each way with a large file; a small file is read eight times as often"
    )
    parser.add_argument("--megabytes", type=int, default=200, help="size of the large files")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made: name a disk, not a tmpfs")
    parser.add_argument("--json", action="store_true", help="print the figures instead of the report")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hegui-bench-", dir=chosen.folder) as name:
        folder = Path(name)
        with ExifTool.started() as tool:
            rows = list(small(folder, 8 * chosen.rounds, tool))
        before = highest()
        films = list(large(folder, chosen.megabytes * 1_000_000, chosen.rounds))
    now = datetime.now(UTC)
    figures: Figures = {
        "when": now.isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load": os.getloadavg(),
        "rounds": chosen.rounds,
        "small": rows,
        "large": films,
        "peak_mb": highest(),
        "grown_mb": highest() - before,
    }
    print(json.dumps(figures, indent=1) if chosen.json else "\n".join(report(figures)))
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / f"{now:%Y%m%dT%H%M%SZ}.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 1 if missed(figures) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"could not measure: {error}", file=sys.stderr)
        sys.exit(2)
