"""One input, tried step by step within limits of processor time and memory.

A step may take two seconds and 256 MB; one that takes half a minute is broken off. Instrumented code gets slack, and is tried
again without.
"""

from __future__ import annotations

import mmap
import resource
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hegui.label.formats import named
from tests.label.fuzz_checks import TEXTS, Broken, file_steps, text_steps

__all__ = ["Finding", "examine", "set_limits", "smaller"]

SECONDS = 2.0
MEMORY = 256 << 20
BROKEN_OFF = 30.0
ADDRESS_SPACE = 6 << 30


class TooSlow(BaseException):
    """A step that was broken off; no handler of errors takes it for one."""


@dataclass(frozen=True)
class Finding:
    """What an input did: `key` is equal for inputs that do the same."""

    key: str
    told: str


def set_limits() -> None:
    """For the whole process, from now on."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))

    def broken_off(*_: object) -> None:
        raise TooSlow

    signal.signal(signal.SIGPROF, broken_off)


def examine(target: str, data: bytes, *, slack: float = 1.0) -> Finding | None:
    """The first thing wrong with `data`; None where all is well."""
    codec = named(target) if target != TEXTS else None
    for name, step in file_steps(codec, data) if codec is not None else text_steps(data):
        wrong = _measured(step, slack)
        if wrong is not None:
            return Finding(f"{target} {name} {wrong[0]}", wrong[1])
    return None


def _measured(step: Callable[[], object], slack: float) -> tuple[str, str] | None:
    memory, highest = _resident(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.setitimer(signal.ITIMER_PROF, BROKEN_OFF * slack)
    begin = time.process_time()
    try:
        step()
    except TooSlow:
        return "hangs", traceback.format_exc(limit=-6)
    except Exception as error:
        return _kind(error), "".join(traceback.format_exception(error, limit=-8))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    spent = time.process_time() - begin
    if spent > SECONDS * slack:
        return "slow", f"{spent:.1f} s"
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > highest:
        grown = _peak() - memory
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        if grown > MEMORY:
            return "large", f"{grown >> 20} MB"
    return None


def _kind(error: Exception) -> str:
    """What kind of error, and the last line of ours that it came through."""
    if isinstance(error, Broken):
        return f"broken: {error}"
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if "/hegui/" in frame.filename]
    where = f"{Path(lines[-1].filename).name}:{lines[-1].lineno}" if lines else "?"
    return f"{type(error).__name__} {where}"


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * mmap.PAGESIZE


def _peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


def smaller(target: str, data: bytes, key: str, seconds: float) -> bytes:
    """Blocks are taken out, or else set to zero, as long as the same is found."""
    end = time.monotonic() + seconds

    def same(candidate: bytes) -> bool:
        found = examine(target, candidate) if candidate != data and time.monotonic() < end else None
        return found is not None and found.key == key

    size = 1 << max(len(data) - 1, 1).bit_length()
    while size:
        at = 0
        while at < len(data) and time.monotonic() < end:
            before, block, behind = data[:at], data[at : at + size], data[at + size :]
            if same(before + behind):
                data = before + behind
                continue
            if same(before + bytes(len(block)) + behind):
                data = before + bytes(len(block)) + behind
            at += size
        size //= 2
    return data
