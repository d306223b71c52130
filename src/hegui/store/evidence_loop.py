"""Keep evidence moving: from the spools of this machine into the database, from there into the ledger.

Knows a thread's turn and its pauses; what is moved is known elsewhere. Works in a thread of the gateway, where it takes
only a small share of the time while requests come, or in a process of its own (`hegui sequencer`), at full speed.
Rules of this file:

1. One process empties the spools of a folder at a time (an advisory lock on it); the others wait for their turn.
2. Any failure is logged once, tried again, and logged once when it is over.
3. A ledger that cannot grow does not hold up what moves into the database, nor does a spool that cannot be read.
4. A stop comes after whatever is there by then has been moved, unless the database is away. What other workers of the
   machine go on writing is the next one's to move: else a busy machine could not stop one of its gateways.
5. Deleting what was kept long enough has a thread of its own, since a store of blobs may be slow. It takes half of the share
   of the time that moving has, and holds nothing up when it fails.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

from hegui.errors import HeguiError
from hegui.store.drain import Drain
from hegui.store.recorder import DatabaseAway
from hegui.store.sequencer import MOST, Sequencer

__all__ = ["EvidenceLoop"]

IDLE_SECONDS = 0.1
"""Pause when there is nothing to move."""

RETRY_SECONDS = 1.0
"""Pause after a failure, before the same is tried again."""

ROUND_SHARE = 0.5
"""Of the share of the time that moving has, how much deleting may take."""

ROUND_RETRY_SECONDS = 60.0
"""Pause after deleting has failed."""

What = Literal["moving", "publishing", "expiring"]

_WORDS: dict[What, tuple[str, str]] = {
    "moving": ("records wait in the spool", "records move into the database again"),
    "publishing": ("entries wait for the ledger", "the ledger grows again"),
    "expiring": ("what is due is not deleted", "what is due is deleted again"),
}
_log = logging.getLogger(__name__)


class Rounds(Protocol):
    """Work that comes round, a batch at a time."""

    def step(self) -> int:
        """One batch; 0 when the round is over."""

    def close(self) -> None:
        """Let another go on."""


class EvidenceLoop:
    """Moves evidence until it is stopped.

    Args:
        folder: of the spools.
        publish_seconds: at least this long between two checkpoints.
        share: of the time that moving may take now, above 0 and at most 1; asked after each step.
        rounds: deletes what is due; a round begins `round_seconds` after the one before has ended.
    """

    def __init__(
        self,
        folder: Path,
        drain: Drain,
        sequencer: Sequencer,
        *,
        publish_seconds: float,
        share: Callable[[], float] = lambda: 1.0,
        rounds: Rounds | None = None,
        round_seconds: float = 3600.0,
    ) -> None:
        self.last_error: str | None = None
        self._problems: dict[What, str | None] = {"moving": None, "publishing": None, "expiring": None}
        self._is_away = False  # the database, when it was last written to
        self._folder, self._drain, self._sequencer = folder, drain, sequencer
        self._publish_seconds, self._share = publish_seconds, share
        self._lock: int | None = None
        self._publish_at = 0.0
        self._rounds, self._round_seconds = rounds, round_seconds
        self._last_share = 1.0
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Work in a thread of its own, and delete in another."""
        self._threads = [threading.Thread(target=self.run, name="hegui-evidence", daemon=True)]
        if self._rounds is not None:
            expire = self._expire_until_stopped
            self._threads.append(
                threading.Thread(target=expire, args=(self._rounds,), name="hegui-retention", daemon=True)
            )
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Move what is there, then end; blocks until then when it works in a thread."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def run(self) -> None:
        """Work until `stop`."""
        while not self._stopping.is_set():
            begun = time.monotonic()
            done = self.step()
            self._stopping.wait(self._pause(done, time.monotonic() - begun))
        self._finish()
        self._end()

    def _finish(self) -> None:
        """Move and publish what is there now."""
        mark, has_passed = self._drain.mark(), False
        while self.step(publish=True) and not self._is_away and not has_passed:
            has_passed = self._drain.has_passed(mark)  # then once more, which removes a spool that is empty and ended
        while not self._is_away and self._attempt("publishing", self._sequencer.step) == MOST:
            pass

    def step(self, *, publish: bool = False) -> int:
        """Move a little of each; how many records and entries were moved. Publishes when it is time, or when told to."""
        done = self._attempt("moving", self._move)
        if not self._is_away and (publish or time.monotonic() >= self._publish_at):
            begun = time.monotonic()
            done += self._attempt("publishing", self._sequencer.step)
            failed = self._problems["publishing"] is not None
            self._publish_at = begun + (max(self._publish_seconds, RETRY_SECONDS) if failed else self._publish_seconds)
        return done

    def _expire_until_stopped(self, rounds: Rounds) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            begun = time.monotonic()
            looked = self._attempt("expiring", rounds.step)
            took = time.monotonic() - begun
            pause = took * (1 / (ROUND_SHARE * self._last_share) - 1) if looked else self._round_seconds
            if self._problems["expiring"] is not None:
                pause = min(ROUND_RETRY_SECONDS, self._round_seconds)
        try:
            rounds.close()
        except HeguiError as error:
            _log.debug("the lease runs out by itself: %s", error.code)

    def _move(self) -> int:
        return self._drain.step() if self._has_lock() else 0

    def _attempt(self, what: What, work: Callable[[], int]) -> int:
        done, problem = 0, None
        try:
            done = work()
        except HeguiError as error:
            problem = f"{error.code} {error.where}: {error.problem}"
        except DatabaseAway as error:
            problem = str(error)
        except Exception as error:  # the edge of the thread, which must outlive any trouble
            _log.debug("evidence", exc_info=True)
            problem = type(error).__name__
        if what == "moving":
            self._is_away = problem is not None
            problem = problem or self._drain.last_error
        self._report(what, problem)
        return done

    def _pause(self, done: int, took: float) -> float:
        if self._is_away:
            return RETRY_SECONDS
        share = self._last_share = self._share()
        return max(took * (1 / share - 1), 0.0 if done and share == 1 else IDLE_SECONDS)

    def _has_lock(self) -> bool:
        if self._lock is None and self._folder.is_dir():
            handle = os.open(self._folder / "drain.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
            else:
                self._lock = handle
        return self._lock is not None

    def _end(self) -> None:
        self._drain.close()
        try:
            self._sequencer.close()
        except HeguiError as error:
            _log.debug("the lease runs out by itself: %s", error.code)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _report(self, what: What, problem: str | None) -> None:
        before, self._problems[what] = self._problems[what], problem
        if problem is not None and before is None:
            _log.error("REC004 %s: %s", _WORDS[what][0], problem)
        if problem is None and before is not None:
            _log.warning("REC004 is over: %s", _WORDS[what][1])
        self.last_error = next((one for one in self._problems.values() if one is not None), None)
