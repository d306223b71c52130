"""Keep evidence moving: from the spools of this machine into the database, from there into the ledger.

Knows a thread's turn and its pauses; what is moved is known elsewhere. Works in a thread of the gateway, where it takes
only a small share of the time while requests come, or in a process of its own (`hegui sequencer`), at full speed.
Rules of this file:

1. One process empties the spools of a folder at a time (an advisory lock on it); the others wait for their turn.
2. Any failure is logged once, tried again, and logged once when it is over.
3. A stop comes after whatever is there has been moved, unless the database is away.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from hegui.errors import HeguiError
from hegui.store.drain import Drain
from hegui.store.recorder import DatabaseAway
from hegui.store.sequencer import Sequencer

__all__ = ["EvidenceLoop"]

IDLE_SECONDS = 0.1
"""Pause when there is nothing to move."""

_log = logging.getLogger(__name__)


class EvidenceLoop:
    """Moves evidence until it is stopped.

    Args:
        folder: of the spools.
        publish_seconds: at least this long between two checkpoints.
        share: of the time that moving may take now, above 0 and at most 1; asked after each step.
    """

    def __init__(
        self,
        folder: Path,
        drain: Drain,
        sequencer: Sequencer,
        *,
        publish_seconds: float,
        share: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self.last_error: str | None = None
        self._folder, self._drain, self._sequencer = folder, drain, sequencer
        self._publish_seconds, self._share = publish_seconds, share
        self._lock: int | None = None
        self._publish_at = 0.0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Work in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="hegui-evidence", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Move what is there, then end; blocks until then when it works in a thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def run(self) -> None:
        """Work until `stop`."""
        while True:
            is_last = self._stopping.is_set()
            begun = time.monotonic()
            done = self.step(publish=is_last)
            if is_last and (not done or self.last_error is not None):
                break
            if not is_last:
                self._stopping.wait(self._pause(done, time.monotonic() - begun))
        self._end()

    def step(self, *, publish: bool = False) -> int:
        """Move a little of each; how many records and entries were moved. Publishes when it is time, or when told to."""
        done = 0
        try:
            if self._has_lock():
                done += self._drain.step()
            if publish or time.monotonic() >= self._publish_at:
                self._publish_at = time.monotonic() + self._publish_seconds
                done += self._sequencer.step()
        except HeguiError as error:
            self._report(f"{error.code} {error.where}: {error.problem}")
        except DatabaseAway as error:
            self._report(str(error))
        except Exception as error:  # the edge of the thread, which must outlive any trouble
            _log.debug("evidence", exc_info=True)
            self._report(type(error).__name__)
        else:
            self._report(self._drain.last_error)
        return done

    def _pause(self, done: int, took: float) -> float:
        if self.last_error is not None:
            return 1.0
        share = self._share()
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

    def _report(self, problem: str | None) -> None:
        if problem is not None and self.last_error is None:
            _log.error("REC004 evidence waits where it is: %s", problem)
        if problem is None and self.last_error is not None:
            _log.warning("REC004 is over: evidence moves again")
        self.last_error = problem
