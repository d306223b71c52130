"""Start processes on a core, see what they cost, and stop every one of them.

Knows pids, cores and what /proc says about them. Knows nothing of gateways or HTTP, save how to wait for a port.
Works on a list of the processes it started itself: nothing else is ever signalled. Each gets its own session, so that
Ctrl-C reaches only the caller, and asks the kernel for SIGTERM should the caller die without saying goodbye.
Rules: proc(5), fields utime and stime of /proc/<pid>/stat (they include all threads) and VmRSS of /proc/<pid>/status.
"""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_started: list[subprocess.Popen[bytes]] = []


class CannotMeasure(Exception):
    """Something that is needed is missing or does not start; the text says what to do."""


def cores() -> tuple[int | None, int | None]:
    """The core of the mock and the load generator, and the core of the target; (None, None) = do not pin."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else (None, None)


def in_child(core: int | None) -> Callable[[], None]:
    """What a child does before it becomes the program: move to its core, promise to end when we do."""

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if core is not None:
            os.sched_setaffinity(0, {core})

    return prepare


def run_in_batches(pid: int, wanted: bool) -> None:
    """Let a process (0: the caller) wake without interrupting whoever runs, or again as usual.

    Mock and load generator share a core and would otherwise interrupt each other at every event, so that their core,
    not the target's, would be the one that is full.
    """
    os.sched_setscheduler(pid, os.SCHED_BATCH if wanted else os.SCHED_OTHER, os.sched_param(0))


def start(
    command: Sequence[str],
    *,
    core: int | None,
    log: Path,
    environment: Mapping[str, str] | None = None,
    piped: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a process that `stop_all` will end; its output goes to `log` (stdout to a pipe when `piped`)."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else out,
            stderr=out,
            env=environment,
            cwd=log.parent,
            start_new_session=True,
            preexec_fn=in_child(core),  # safe: this program has one thread
        )
    _started.append(process)
    return process


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, wait, and insist if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its own session, so only it and its children
            process.wait(5)
    if process.stdout:
        process.stdout.close()


def stop_all() -> None:
    """Stop what was started, last first; a second Ctrl-C does not interrupt this."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while _started:
        stop(_started.pop())


def read_line(process: subprocess.Popen[bytes], seconds: float) -> str:
    """The first line a piped process prints, or "" when none comes in time."""
    assert process.stdout
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    return process.stdout.readline().decode() if ready else ""


def free_port() -> int:
    """A TCP port that was free a moment ago (another process may still take it: the start then fails and says so)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_http(process: subprocess.Popen[bytes], port: int, path: str, log: Path, *, seconds: float = 60) -> float:
    """Wait until GET `path` answers 200; returns the seconds that took."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if process.poll() is not None:
            raise CannotMeasure(f"{_program(process)} ended with status {process.returncode}:\n{tail(log)}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    return time.monotonic() - begun
            finally:
                connection.close()
        time.sleep(0.02)
    raise CannotMeasure(f"{_program(process)} did not answer GET {path} within {seconds:g} s:\n{tail(log)}")


def _program(process: subprocess.Popen[bytes]) -> str:
    command = process.args
    return " ".join(str(word) for word in command) if isinstance(command, (list, tuple)) else str(command)


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, for an error message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no output)"


# ---- what a process costs ----


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for member in found:
        found.extend(children.get(member, ()))
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the program's name (which may hold spaces); [] if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def cpu_seconds(pid: int) -> float:
    """User and system time of the process, its threads and its descendants so far."""
    ticks = 0
    for member in family(pid):
        if fields := _stat(member):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def resident_mb(pid: int) -> float:
    """VmRSS of the process and its descendants, in 10^6 bytes; pages they share count for each."""
    total = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{member}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) * 1024
    return total / 1e6


def busy_seconds(of_cores: Sequence[int]) -> float:
    """Time these cores have spent on anything so far, time stolen by the host included; no cores = all of them."""
    wanted = {f"cpu{core}" for core in of_cores} or {"cpu"}
    ticks = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *values = line.split()
        if name in wanted:
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, values[:8])
            ticks += user + nice + system + irq + softirq + steal
    return ticks / TICKS_PER_SECOND


def settle(pid: int, *, seconds: float = 5) -> None:
    """Wait until the process has finished the work it put off (a log written later is work, too)."""
    end = time.monotonic() + seconds
    before = cpu_seconds(pid)
    while time.monotonic() < end:
        time.sleep(0.05)
        after = cpu_seconds(pid)
        if after - before <= 1 / TICKS_PER_SECOND:
            return
        before = after


def wait_for_calm(of_cores: Sequence[int], share: float, *, seconds: float = 20) -> None:
    """Wait, for a while, until nobody else uses more than a share of the cores; our own processes must be idle."""
    end = time.monotonic() + seconds
    count = len(of_cores) or os.cpu_count() or 1
    while time.monotonic() < end:
        begun, before = time.monotonic(), busy_seconds(of_cores)
        time.sleep(0.5)
        if (busy_seconds(of_cores) - before) / (time.monotonic() - begun) / count <= share:
            return


def listener_pid(port: int) -> int | None:
    """The process that listens on a TCP port (the eldest when several share it), if we may see it."""
    wanted = f":{port:04X}"
    inodes = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(wanted) and fields[3] == "0A":
            inodes.add(f"socket:[{fields[9]}]")
    for pid in sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        with contextlib.suppress(OSError):
            if any(os.readlink(fd) in inodes for fd in Path(f"/proc/{pid}/fd").iterdir()):
                return pid
    return None
