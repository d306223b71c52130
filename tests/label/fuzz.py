"""Feed every codec, and everything that reads the text of a label, with broken files.

    make fuzz-label SECONDS=1800
    python tests/label/fuzz.py --seconds 60 --only png,mp4
    python tests/label/fuzz.py --replay png FILE

Knows targets, slices of processor time and findings; what must hold is in `fuzz_checks`. A forked process works on one target at
a time, so that a crash or an endless loop is a finding and not an end. Guided by coverage where atheris can be imported (it is
not among our dependencies: pip install atheris), else by what a codec answers. Every finding is tried again without
instrumentation and made smaller. Exit status: 0 nothing found, 1 findings, 2 could not run.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import mmap
import os
import pkgutil
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

try:
    import atheris
except ImportError:
    atheris = None

SLACK = 5.0
"""How much longer instrumented code may take."""
SMALLER = 30.0
"""Seconds for making a finding smaller."""

Change = Callable[[bytes, random.Random], bytes]


class Slice(NamedTuple):
    """What became of one target's time."""

    target: str
    executions: int
    seconds: float
    processor: float
    corpus: int


# --- one slice, in a process of its own -------------------------------------------------------------------------------


class Trial:
    """Tries inputs of one target, writes down what it found, and counts."""

    def __init__(self, target: str, folder: Path, end: float) -> None:
        from tests.label.fuzz_limits import examine
        from tests.label.fuzz_seeds import LARGEST

        self.target, self.folder, self.examine, self.largest = target, folder, examine, LARGEST
        self.end, self.done, self.told, self.kept = end, 0, 0.0, dict[str, int]()
        (folder / "current").write_bytes(bytes(LARGEST + 8))
        with (folder / "current").open("r+b") as file:
            self.current = mmap.mmap(file.fileno(), 0)

    def take(self, data: bytes) -> bool:
        """Whether all was well."""
        size = min(len(data), self.largest)
        self.current[: size + 8] = size.to_bytes(8, "big") + data[:size]
        found = self.examine(self.target, data, slack=SLACK if atheris else 1.0)
        if found is not None and len(data) < self.kept.get(found.key, 1 << 60):
            self.kept[found.key] = len(data)
            note(self.folder, found.key, found.told, data)
        self.done += 1
        if time.monotonic() > self.told + 1:
            self.tell()
        return found is None

    @property
    def is_over(self) -> bool:
        """Whether the slice of processor time is used up: a busy machine gives every target as much as an idle one."""
        return time.process_time() >= self.end

    def tell(self) -> None:
        self.told = time.monotonic()
        (self.folder / "count").write_text(str(self.done))


def note(folder: Path, key: str, told: str, data: bytes) -> Path:
    """A finding as two files."""
    path = folder / f"{key.partition(' ')[0]}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.bin"
    path.write_bytes(data)
    path.with_suffix(".txt").write_text(f"{key}\n{told}", encoding="utf-8")
    return path


def work(target: str, seconds: float, folder: Path, seed: int) -> None:
    from tests.label.fuzz_limits import set_limits

    trial, mutated = Trial(target, folder, time.process_time() + seconds), mutator(target)
    set_limits()
    if atheris is None:
        unguided(trial, mutated, folder / "corpus", random.Random(seed))
    else:
        guided(trial, mutated, folder, seed)


def guided(trial: Trial, mutated: Change, folder: Path, seed: int) -> None:
    """What reaches new code is changed further; one change in five is libFuzzer's own. Ends the process."""

    def one(data: bytes) -> None:
        trial.take(data)
        if trial.is_over:
            trial.tell()
            os._exit(0)

    def change(data: bytes, size: int, number: int) -> bytes:
        chance = random.Random(number)
        if chance.random() < 0.2:
            return atheris.Mutate(data, min(size, len(data) + 64))  # type: ignore[no-any-return]
        return mutated(data, chance)[:size]

    options = {"max_len": trial.largest, "seed": seed, "rss_limit_mb": 0,
               "timeout": 1_000_000, "verbosity": 0, "reload": 0, "artifact_prefix": f"{folder}/artifact-"}  # fmt: skip
    atheris.Setup(["fuzz", *(f"-{key}={value}" for key, value in options.items()), str(folder / "corpus")], one,
                  custom_mutator=change)  # fmt: skip
    atheris.Fuzz()


def unguided(trial: Trial, mutated: Change, corpus: Path, chance: random.Random) -> None:
    """What a codec answers in a new way is changed further."""
    from hegui.kernel.source import Source
    from hegui.label.formats import open_label

    seen = set[object]()
    known = [file.read_bytes() for file in sorted(corpus.iterdir())]
    while not trial.is_over:
        data = mutated(chance.choice(known), chance)
        if not trial.take(data):
            continue
        reading = open_label(Source.of(data), "").reading
        shape = (tuple(one.place for one in reading.candidates), tuple(gap.reason for gap in reading.gaps),
                 tuple(one.kind for one in reading.traces))  # fmt: skip
        if shape not in seen:
            seen.add(shape)
            known.append(data)
            put(corpus, data)
    trial.tell()


def mutator(target: str) -> Change:
    """Changes where the codec reads, by the words of its modules."""
    import hegui.label
    from hegui.label.formats import named
    from tests.label.fuzz_mutation import Mutator, words
    from tests.label.fuzz_seeds import seeds

    codec: Any = named(target)
    modules = {
        name: importlib.import_module(name) for _, name, _ in pkgutil.iter_modules(hegui.label.__path__, "hegui.label.")
    }
    if codec is not None:
        own = {getattr(value, "__module__", None) or "" for value in vars(codec).values()} | {codec.__name__}
        modules = {name: module for name, module in modules.items() if name in own}
    return Mutator(codec, seeds(target), words(modules.values()) or (b"AIGC",)).changed


# --- all targets ------------------------------------------------------------------------------------------------------


def prepare() -> None:
    """Import what is tried, instrumented where that can be; children share it."""
    if atheris is None:
        importlib.import_module("tests.label.fuzz_seeds")
        return
    with atheris.instrument_imports(include=["hegui.label", "hegui.kernel", "hegui.usecases.label_verify"]):
        importlib.import_module("tests.label.fuzz_checks")
    importlib.import_module("tests.label.fuzz_seeds")
    importlib.import_module("tests.label.fuzz_limits")


def put(corpus: Path, data: bytes) -> None:
    (corpus / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data)


def run(target: str, seconds: float, base: Path, seed: int) -> Slice:
    """One target's time; a process that dies is followed by another."""
    from tests.label.fuzz_seeds import seeds

    folder = base / target
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    for data in seeds(target):
        put(folder / "corpus", data)
    begin, executions, processor = time.monotonic(), 0, 0.0
    while (left := seconds - processor) > 1:
        (folder / "count").write_text("0")
        status, spent = forked(partial(work, target, left, folder, seed), 50 * left + 600, folder / "log")
        executions, processor, seed = executions + int((folder / "count").read_text()), processor + spent, seed + 1
        if status == 0:
            break
        raw = (folder / "current").read_bytes()
        last = (folder / "log").read_text(encoding="utf-8", errors="replace")[-3000:]
        note(folder, f"{target} died {status}", last, raw[8 : 8 + int.from_bytes(raw[:8], "big")])
    return Slice(target, executions, time.monotonic() - begin, processor, len(list((folder / "corpus").iterdir())))


def forked(job: Callable[[], None], seconds: float, log: Path) -> tuple[int, float]:
    """How a child ended, and its processor time."""
    child = os.fork()
    if child == 0:
        with log.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        status = 70
        try:
            job()
            status = 0
        finally:
            os._exit(status)
    end = time.monotonic() + seconds
    while True:
        pid, status, usage = os.wait4(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
        if time.monotonic() > end:
            os.kill(child, 9)
        time.sleep(0.2)


def settled(folder: Path, out: Path) -> Iterator[Path]:
    """Findings that show again, alone and without instrumentation, made smaller."""
    from tests.label.fuzz_limits import examine, set_limits, smaller

    set_limits()
    for text in sorted(folder.glob("*-*.txt")):
        key = text.read_text(encoding="utf-8").partition("\n")[0]
        target, data = key.partition(" ")[0], text.with_suffix(".bin").read_bytes()
        again = examine(target, data)
        if again is None:
            print(f"not again: {key}", flush=True)
            if " died " not in key:
                continue
        small = smaller(target, data, again.key, SMALLER) if again is not None else data
        path = note(out, again.key, again.told, small) if again is not None else note(out, key, text.read_text(), small)
        print(f"FOUND {again.key if again else key}: {path.name}, {len(data):,} bytes, now {len(small):,}", flush=True)
        yield path


def report(done: Sequence[Slice], found: int) -> Iterator[str]:
    yield "| target | executions | seconds | of the processor | corpus |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for one in done:
        yield f"| {one.target} | {one.executions:,} | {one.seconds:.0f} | {one.processor:.0f} | {one.corpus:,} |"
    executions, seconds, processor = (sum(column) for column in list(zip(*done, strict=True))[1:4])
    yield f"| all {len(done)} | {executions:,} | {seconds:.0f} | {processor:.0f} | |"
    yield f"\n{'guided by coverage' if atheris else 'not guided by coverage'}; {found} findings"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1800, help="of processor time, in all")
    parser.add_argument("--only", default="", help="targets, by comma")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "fuzz-label", help="where findings go")
    parser.add_argument("--folder", type=Path, help="where corpora are kept; a temporary folder otherwise")
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1 << 30))
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--replay", nargs=2, metavar=("TARGET", "FILE"))
    parser.add_argument("--settle", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def replay(target: str, file: Path) -> int:
    from tests.label.fuzz_limits import examine, set_limits

    set_limits()
    found = examine(target, file.read_bytes())
    print(f"{found.key}\n{found.told}" if found is not None else "nothing")
    return int(found is not None)


def main() -> int:
    chosen = options()
    if chosen.replay:
        return replay(chosen.replay[0], Path(chosen.replay[1]))
    chosen.out.mkdir(parents=True, exist_ok=True)
    if chosen.settle:
        return int(any([*settled(chosen.settle, chosen.out)]))
    prepare()
    from tests.label.fuzz_checks import TARGETS

    targets = [name for name in TARGETS if not chosen.only or name in chosen.only.split(",")]
    base = chosen.folder or Path(tempfile.mkdtemp(prefix="hegui-fuzz-"))
    done, found = [], 0
    print(f"seed {chosen.seed}, {len(targets)} targets, {chosen.seconds:.0f} s", flush=True)
    try:
        for number, target in enumerate(targets):
            done.append(run(target, chosen.seconds / len(targets), base, chosen.seed + 100 * number))
            print(f"{target}: {done[-1].executions:,} executions", flush=True)
            command = [sys.executable, __file__, "--settle", str(base / target), "--out", str(chosen.out)]
            found += subprocess.run(command, check=False).returncode
    finally:
        if chosen.folder is None:
            shutil.rmtree(base, ignore_errors=True)
    print("\n".join(report(done, found)))
    if chosen.json:
        figures = {"seed": chosen.seed, "guided": atheris is not None, "slices": [one._asdict() for one in done]}
        chosen.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 1 if found else 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(2)
