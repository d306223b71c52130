"""Write exchanges down beside the event loop, many in one transaction.

Knows a queue, a thread and what to do when writing fails; knows no disk (see `spool_recorder`).
Works as group commit: whatever waits when the last commit is done goes into the next one, at most 512.
Rules of this file:

1. Nothing handed over is dropped while it may still be written. A database that is full, locked or away is
   tried again, longer and longer apart, in the order of arrival; it is reported once, and once when it is over.
2. An exchange that the database refuses for what it holds spoils no other: the batch is halved until it stands
   alone, and it alone fails, with REC001.
3. After `close()` nothing is taken. What waits is still written; when the database stays away for
   `close_seconds`, the rest fails with REC001, loudly.
4. With `gather_seconds` a batch is given that long to grow: for whoever does not wait for his records, and would
   otherwise pay for the commits and for the interpreter lock that the thread takes from the event loop at each.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from math import inf
from typing import Protocol

from hegui.errors import InternalError
from hegui.usecases.ports import Recordable

__all__ = ["BATCH", "DatabaseAway", "QueueRecorder", "RecordRefused", "Writer"]

BATCH = 512
"""Most exchanges in one transaction."""

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0

Failure = InternalError | None
Waiting = tuple[Recordable, "asyncio.Future[None] | None"]

_log = logging.getLogger(__name__)


class RecordRefused(Exception):
    """The batch cannot be written for what it holds."""


class DatabaseAway(Exception):
    """The batch cannot be written now."""


class Writer(Protocol):
    """What writes; called by the recorder's thread alone. Its errors quote nothing of what was to be written."""

    def write(self, batch: Sequence[Recordable]) -> None:
        """Write all or nothing; durable on return. Raises RecordRefused and DatabaseAway."""

    def close(self) -> None: ...


class QueueRecorder:
    """Implements `ports.Recorder`.

    Args:
        capacity: exchanges that may wait, count; one more fails with REC001. The gateway refuses earlier.
        close_seconds: how long `close` goes on trying while the database cannot be written.
        gather_seconds: how long the first exchange of a batch waits for others; at most this much is lost in a crash.
    """

    def __init__(
        self, writer: Writer, *, capacity: int, close_seconds: float = 30.0, gather_seconds: float = 0.0
    ) -> None:
        self.last_error: str | None = None
        """What keeps the database from being written; None while all is well."""
        self._writer = writer
        self._capacity = capacity
        self._close_seconds = close_seconds
        self._gather_seconds = gather_seconds
        self._waiting: deque[Waiting] = deque()
        self._handed = 0  # counted by the event loop, under the lock
        self._settled = 0  # counted by the thread
        self._closed = False
        self._give_up_at = inf
        self._lock = threading.Lock()  # between taking an exchange and closing
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hegui-recorder", daemon=True)
        self._thread.start()

    def record(self, exchange: Recordable) -> asyncio.Future[None]:
        """Hand over `exchange`; call it on the event loop that awaits the future."""
        future = asyncio.get_running_loop().create_future()
        if (failure := self._take(exchange, future)) is not None:
            _settle([(future, failure)])
        return future

    def hand_over(self, exchange: Recordable) -> None:
        """Hand over `exchange` and wait for nothing; from any thread."""
        self._take(exchange, None)

    def _take(self, exchange: Recordable, future: asyncio.Future[None] | None) -> Failure:
        with self._lock:
            if not self._closed and self._handed - self._settled < self._capacity:
                self._handed += 1
                self._waiting.append((exchange, future))
                if not self._wake.is_set():
                    self._wake.set()
                return None
        problem = "the recorder is closed." if self._closed else f"{self._capacity} exchanges wait already."
        return _lost(exchange, problem)

    def depth(self) -> int:
        return self._handed - self._settled

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                self._give_up_at = time.monotonic() + self._close_seconds
        self._closing.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            is_last = self._closed  # looked at before the queue: once it is True, nothing more is appended
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH))]
            if batch:
                failures = self._persist([exchange for exchange, _ in batch])
                self._settled += len(batch)
                _hand_back([(future, failure) for (_, future), failure in zip(batch, failures, strict=True)])
            elif is_last:
                self._writer.close()
                return
            else:
                self._wake.wait()
                self._closing.wait(self._gather_seconds)
                self._wake.clear()

    def _persist(self, batch: Sequence[Recordable]) -> list[Failure]:
        """Write `batch`, however long it takes; one answer for each exchange, None where it is durable."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                self._writer.write(batch)
            except RecordRefused as error:
                if len(batch) > 1:
                    half = len(batch) // 2
                    return self._persist(batch[:half]) + self._persist(batch[half:])
                return [_lost(batch[0], f"the database refuses it: {error}.")]
            except Exception as error:  # the edge of the thread, which must outlive any trouble
                self._report(_name(error))
                if time.monotonic() + pause > self._give_up_at:
                    self._give_up_at = 0.0
                    return [_lost(exchange, f"the database failed: {_name(error)}.") for exchange in batch]
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            else:
                self._report(None)
                return [None] * len(batch)

    def _report(self, problem: str | None) -> None:
        """Log the first failure of a row, and the success that ends it."""
        if problem is not None and self.last_error is None:
            _log.error("REC002 exchanges cannot be written and wait: %s", problem)
        if problem is None and self.last_error is not None:
            _log.warning("REC002 is over: exchanges are written again; %d wait", self.depth())
        self.last_error = problem


def _hand_back(settled: Sequence[tuple[asyncio.Future[None] | None, Failure]]) -> None:
    """Settle the futures on their loops, with one call to each."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[None], Failure]]] = {}
    for future, failure in settled:
        if future is not None:
            loops.setdefault(future.get_loop(), []).append((future, failure))
    for loop, its_own in loops.items():
        try:
            loop.call_soon_threadsafe(_settle, its_own)
        except RuntimeError:  # that loop is closed: nobody waits there any more
            continue


def _settle(settled: Sequence[tuple[asyncio.Future[None], Failure]]) -> None:
    for future, failure in settled:
        if future.done():  # its caller was cancelled; the exchange is written all the same
            continue
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(failure)
            future.exception()  # logged by us already; asyncio need not complain when nobody awaits


def _lost(exchange: Recordable, problem: str) -> InternalError:
    remedy = "See `hegui doctor`, and report a refused exchange as a fault of hegui."
    failure = InternalError("REC001", f"exchange {exchange.id}", f"cannot be recorded: {problem}", remedy)
    _log.critical("%s", failure)
    return failure


def _name(error: Exception) -> str:
    """What may be said of an error: the writer's own words, of others only the kind."""
    return str(error) if isinstance(error, DatabaseAway) else type(error).__name__
