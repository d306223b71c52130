"""Feed every codec, and everything that reads the text of a label, with broken files for half an hour.

    make fuzz-label SECONDS=1800
    python tests/label/fuzz.py --seconds 60 --only png,mp4
    python tests/label/fuzz.py --replay png FILE

Knows targets, slices of time and findings; what must hold is in `fuzz_checks`. A child process works on one target at a time, so
that a crash or an endless loop is a finding and not an end. Guided by coverage where atheris can be imported (it is not among our
dependencies: pip install atheris), else by what the codec answers. A step that takes more than two seconds of processor time or
256 MB is a finding. Every finding is tried again alone and made smaller.
Exit status: 0 nothing found, 1 findings, 2 could not run.
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
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

SECONDS = 2.0
"""Processor time of one step, measured without instrumentation."""
MEMORY = 256 << 20
ADDRESS_SPACE = 6 << 30
HANGS = 30
"""Seconds of processor time after which a step is broken off."""
LARGEST = 96 << 10


class TooSlow(BaseException):
    """A step that was broken off."""


@dataclass(frozen=True)
class Finding:
    """What an input did. `key` is equal for inputs that do the same."""

    key: str
    told: str


# --- one input ----------------------------------------------------------------------------------------------------------


def examine(target: str, data: bytes, *, slack: float = 1.0) -> Finding | None:
    """The first thing wrong with `data`; None where all is well."""
    from hegui.label.formats import named
    from tests.label.fuzz_checks import TEXTS, file_steps, text_steps

    codec = named(target) if target != TEXTS else None
    for name, step in file_steps(codec, data) if codec is not None else text_steps(data):
        wrong = measured(step, slack)
        if wrong is not None:
            return Finding(f"{target} {name} {wrong[0]}", wrong[1])
    return None


def measured(step: Callable[[], object], slack: float) -> tuple[str, str] | None:
    """Run one step within its limits."""
    memory = resident()
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.setitimer(signal.ITIMER_PROF, HANGS)
    begin = time.process_time()
    try:
        step()
    except TooSlow:
        return "hangs", "".join(traceback.format_exc(limit=-4))
    except Exception as error:
        return place(error), "".join(traceback.format_exception(error, limit=-8))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    spent = time.process_time() - begin
    if spent > SECONDS * slack:
        return "slow", f"{spent:.1f} s"
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > highest:
        grown = peak() - memory
        Path("/proc/self/clear_refs").write_text("5")
        if grown > MEMORY:
            return "large", f"{grown >> 20} MB"
    return None


def place(error: Exception) -> str:
    """What kind of error, and the last line of ours that it came through."""
    from tests.label.fuzz_checks import Broken

    if isinstance(error, Broken):
        return f"broken: {error}"
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if "/hegui/" in frame.filename]
    where = f"{Path(lines[-1].filename).name}:{lines[-1].lineno}" if lines else "?"
    return f"{type(error).__name__} {where}"


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE


def peak() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


# --- the child ----------------------------------------------------------------------------------------------------------


class Child:
    """Tries inputs of one target, writes down what it found, and counts."""

    def __init__(self, target: str, folder: Path, slack: float) -> None:
        self.target, self.folder, self.slack = target, folder, slack
        self.done, self.begin, self.told = 0, time.monotonic(), 0.0
        self.kept: dict[str, int] = {}
        (folder / "current").write_bytes(bytes(LARGEST + 8))
        with (folder / "current").open("r+b") as file:
            self.current = mmap.mmap(file.fileno(), 0)

    def take(self, data: bytes) -> Finding | None:
        size = min(len(data), LARGEST)
        self.current[: size + 8] = size.to_bytes(8, "big") + data[:size]
        found = examine(self.target, data, slack=self.slack)
        if found is not None and len(data) < self.kept.get(found.key, 1 << 60):
            self.kept[found.key] = len(data)
            name = hashlib.sha256(found.key.encode()).hexdigest()[:12]
            (self.folder / f"{name}.bin").write_bytes(data)
            (self.folder / f"{name}.txt").write_text(f"{found.key}\n{found.told}", encoding="utf-8")
        self.done += 1
        if time.monotonic() > self.told + 1:
            self.tell()
        return found

    def tell(self) -> None:
        self.told = time.monotonic()
        (self.folder / "count").write_text(str(self.done))


def limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    sys.setrecursionlimit(1000)

    def broken_off(*_: object) -> None:
        raise TooSlow

    signal.signal(signal.SIGPROF, broken_off)


def work(target: str, seconds: float, folder: Path, seed: int) -> None:
    """One slice of time on one target; the corpus is kept in the folder."""
    limits()
    try:
        import atheris
    except ImportError:
        atheris = None
    if atheris is not None:
        with atheris.instrument_imports(include=["hegui.label", "hegui.kernel", "hegui.usecases.label_verify"]):
            importlib.import_module("tests.label.fuzz_checks")
    child = Child(target, folder, 5.0 if atheris is not None else 1.0)
    mutator = mutator_of(target)
    corpus = folder / "corpus"
    if atheris is None:
        unguided(child, mutator, seconds, corpus, random.Random(seed))
        return

    def one(data: bytes) -> None:
        child.take(data)

    def mutate(data: bytes, size: int, number: int) -> bytes:
        chance = random.Random(number)
        changed = mutator(data, chance) if chance.random() < 0.8 else atheris.Mutate(data, min(size, len(data) + 64))
        return changed[:size]

    arguments = [sys.argv[0], f"-max_total_time={max(1, int(seconds))}", f"-max_len={LARGEST}", f"-seed={seed}",
                 "-rss_limit_mb=0", "-timeout=0", "-print_final_stats=0", "-verbosity=0", "-len_control=0",
                 "-reload=0", str(corpus)]  # fmt: skip
    atheris.Setup(arguments, one, custom_mutator=mutate)
    atheris.Fuzz()


def mutator_of(target: str) -> Callable[[bytes, random.Random], bytes]:
    import hegui.label
    from hegui.label.formats import named
    from tests.label.fuzz_mutation import Mutator, words

    modules = [importlib.import_module(f"hegui.label.{one.name}") for one in pkgutil.iter_modules(hegui.label.__path__)]
    codec = named(target)
    own = [module for module in modules if codec is None or module.__name__.rpartition(".")[2] in imported(codec)]
    return Mutator(codec, seeds(target), words(own or modules) or (b"AIGC",)).changed


def imported(codec: object) -> set[str]:
    """The modules of the package that a codec's names come from, so that its words fit it."""
    found = {getattr(value, "__module__", "") or "" for value in vars(codec).values()}
    return {name.rpartition(".")[2] for name in found} | {str(codec.__name__).rpartition(".")[2]}  # type: ignore[attr-defined]


def unguided(child: Child, mutator: Callable[[bytes, random.Random], bytes], seconds: float, corpus: Path,
             chance: random.Random) -> None:  # fmt: skip
    """Without atheris: what a codec answers in a new way is worth changing further."""
    from hegui.kernel.source import Source
    from hegui.label.formats import open_label

    known = [file.read_bytes() for file in sorted(corpus.iterdir())]
    seen: set[object] = set()
    while time.monotonic() < child.begin + seconds:
        data = mutator(chance.choice(known[-200:] if chance.random() < 0.5 else known), chance)
        if child.take(data) is not None:
            continue
        reading = open_label(Source.of(data), "").reading
        shape = (tuple(one.place for one in reading.candidates), tuple(gap.reason for gap in reading.gaps),
                 tuple(one.kind for one in reading.traces))  # fmt: skip
        if shape not in seen and len(known) < 5000:
            seen.add(shape)
            known.append(data)
            (corpus / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data)
    child.tell()


# --- seeds --------------------------------------------------------------------------------------------------------------


def seeds(target: str) -> list[bytes]:
    """The carriers of a format, plain and with each label; for texts, all spellings that are at hand."""
    from hegui.kernel.source import Source
    from hegui.kernel.splice import apply
    from hegui.label.faults import LabelError
    from hegui.label.formats import codec_of, named
    from tests.label.contract import CARRIERS
    from tests.label.fuzz_checks import LABELS, TEXTS

    if target == TEXTS:
        return text_seeds()
    codec = named(target)
    assert codec is not None, target
    found = []
    for path in sorted(CARRIERS.iterdir()):
        data = path.read_bytes()
        if codec_of(Source.of(data), path.name) is not codec:
            continue
        found.append(data)
        for label in LABELS:
            try:
                found.append(apply(data, codec.write(Source.of(data), label)))
            except LabelError:
                continue
    return [data for data in found if len(data) <= LARGEST] or [b"\0" * 64]


def text_seeds() -> list[bytes]:
    from hegui.label import xmp
    from tests.label.fuzz_checks import LABELS
    from tests.label.test_signed_files import ReferenceSigner

    signed = importlib.import_module("hegui.label.signatures").signed
    texts = [text for label in (*LABELS, signed(LABELS[0], bytes(32), ReferenceSigner())) for text in
             (label.text(), label.wrapped(), label.reserved_1)]  # fmt: skip
    texts += ["AIGC:\n  Label: '1'\n  ContentProducer: \"P\"\n  ProduceID: 7\n", "001191110102MAD55U9H0F10002",
              "{Label=1, ContentProducer=P, ProduceID=7}", "01JADK3M7Q0000000000000000-0-ABCDEFGHJKMNPQRS",
              "AI生成", "内容由 AI 生成", '{"a":{"b":[1,2.5e3,null,true,"\\u0041"]}}', "00 1191110102mad55u9h0f 10002"]  # fmt: skip
    packets = [xmp.written(None, label.text()) for label in LABELS[:3]]
    return [text.encode() for text in texts if text] + packets


# --- the parent ---------------------------------------------------------------------------------------------------------


@dataclass
class Slice:
    """What became of one target's time."""

    target: str
    executions: int
    seconds: float


def run(targets: Sequence[str], seconds: float, base: Path, out: Path, seed: int) -> tuple[list[Slice], list[Path]]:
    done, found = [], []
    for number, target in enumerate(targets):
        folder = base / target
        (folder / "corpus").mkdir(parents=True, exist_ok=True)
        for data in seeds(target):
            (folder / "corpus" / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data)
        begin, executions = time.monotonic(), 0
        while (left := begin + seconds - time.monotonic()) > 1:
            (folder / "count").write_text("0")
            command = [sys.executable, __file__, "--child", target, "--seconds", str(left), "--folder", str(folder),
                       "--seed", str(seed + number)]  # fmt: skip
            status = start(command, left + 120, folder / "log")
            executions += int((folder / "count").read_text())
            if status == 0:
                break
            died(target, folder, status)
        done.append(Slice(target, executions, time.monotonic() - begin))
        found += settle(target, folder, out)
        print(
            f"{target}: {executions:,} executions, {len(list((folder / 'corpus').iterdir())):,} in the corpus",
            flush=True,
        )
    return done, found


def start(command: Sequence[str], seconds: float, log: Path) -> int:
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return -9


def died(target: str, folder: Path, status: int) -> None:
    """The input that ended a child is a finding."""
    raw = (folder / "current").read_bytes() if (folder / "current").exists() else bytes(8)
    data = raw[8 : 8 + int.from_bytes(raw[:8], "big")]
    name = hashlib.sha256(data).hexdigest()[:12]
    (folder / f"{name}.bin").write_bytes(data)
    last = (folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
    (folder / f"{name}.txt").write_text(f"{target} died {status}\n{last}", encoding="utf-8")


def settle(target: str, folder: Path, out: Path) -> Iterator[Path]:
    """Findings that show again, alone and without instrumentation, made smaller."""
    for text in sorted(folder.glob("*.txt")):
        data, key = text.with_suffix(".bin").read_bytes(), text.read_text(encoding="utf-8").partition("\n")[0]
        again = examine(target, data)
        if again is None and " died " not in key:
            print(f"  not again: {key}", flush=True)
            continue
        small = smaller(target, data, again.key) if again is not None else data
        kept = out / f"{target}-{text.stem}.bin"
        kept.write_bytes(small)
        told = again.told if again is not None else text.read_text(encoding="utf-8")
        kept.with_suffix(".txt").write_text(f"{again.key if again is not None else key}\n{told}", encoding="utf-8")
        print(
            f"  FOUND {again.key if again is not None else key} ({len(data):,} bytes, now {len(small):,})", flush=True
        )
        yield kept


def smaller(target: str, data: bytes, key: str, seconds: float = 20) -> bytes:
    """Blocks are taken out, then set to zero, as long as the same is found."""
    end = time.monotonic() + seconds

    def same(candidate: bytes) -> bool:
        if time.monotonic() > end:
            return False
        found = examine(target, candidate)
        return found is not None and found.key == key

    size = 1 << max(len(data) - 1, 1).bit_length()
    while size:
        at = 0
        while at < len(data) and time.monotonic() < end:
            without, zeroed = (
                data[:at] + data[at + size :],
                data[:at] + bytes(len(data[at : at + size])) + data[at + size :],
            )
            if same(without):
                data = without
                continue
            if zeroed != data and same(zeroed):
                data = zeroed
            at += size
        size //= 2
    return data


def report(done: Sequence[Slice], found: Sequence[Path]) -> Iterator[str]:
    yield "| target | executions | seconds | executions/s |"
    yield "| --- | ---: | ---: | ---: |"
    for one in done:
        yield f"| {one.target} | {one.executions:,} | {one.seconds:.0f} | {one.executions / max(one.seconds, 1):.0f} |"
    total, seconds = sum(one.executions for one in done), sum(one.seconds for one in done)
    yield f"| all {len(done)} | {total:,} | {seconds:.0f} | {total / max(seconds, 1):.0f} |"
    yield f"\n{len(found)} findings" + "".join(f"\n- {path}" for path in found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1800, help="in all")
    parser.add_argument("--only", default="", help="targets, by comma")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "tests" / "label" / "fuzz-findings", help="where findings go"
    )
    parser.add_argument("--folder", type=Path, help="where corpora are kept; a temporary folder otherwise")
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1 << 30))
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--replay", nargs=2, metavar=("TARGET", "FILE"))
    parser.add_argument("--child", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        work(chosen.child, chosen.seconds, chosen.folder, chosen.seed)
        return 0
    limits()
    if chosen.replay:
        found = examine(chosen.replay[0], Path(chosen.replay[1]).read_bytes())
        print(f"{found.key}\n{found.told}" if found is not None else "nothing")
        return int(found is not None)
    from tests.label.fuzz_checks import TARGETS

    targets = [name for name in TARGETS if not chosen.only or name in chosen.only.split(",")]
    chosen.out.mkdir(parents=True, exist_ok=True)
    base = chosen.folder or Path(tempfile.mkdtemp(prefix="hegui-fuzz-"))
    try:
        print(f"seed {chosen.seed}, {len(targets)} targets, {chosen.seconds:.0f} s", flush=True)
        done, paths = run(targets, chosen.seconds / len(targets), base, chosen.out, chosen.seed)
    finally:
        if chosen.folder is None:
            shutil.rmtree(base, ignore_errors=True)
    print("\n".join(report(done, paths)))
    if chosen.json:
        figures = {
            "seed": chosen.seed,
            "slices": [vars(one) for one in done],
            "findings": [path.name for path in paths],
        }
        chosen.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 1 if paths else 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    sys.exit(main())
