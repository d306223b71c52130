"""Ask guards: one question out, a verdict or a typed fault back, within its time and its share of places.

Knows how to send, how long to wait, how much to read and when to leave a failing server alone. Knows no policy: what follows
from a verdict, or from none, is decided elsewhere.

1. The time of a guard runs from the wish to ask to the last byte of the answer; waiting for a place is part of it.
2. Cancelling `ask` closes the socket of the question at once. A local classifier cannot be stopped: its thread goes on to the end
   of that one text, and the answer is thrown away.
3. Every question is counted once: as a verdict, or without one by kind; a cancelled one as neither.
4. After so many outages and timeouts in a row a server rests; then one question is let through to see whether it is back.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf

from hegui.detect.guard.faults import GuardFault, WithoutVerdict, fault
from hegui.detect.guard.local_classifier import LocalGuard
from hegui.detect.guard.question import Direction, Turn
from hegui.detect.guard.settings import Adapter, Guard, adapter
from hegui.detect.guard.verdict import GuardVerdict
from hegui.errors import InputError, UpstreamError
from hegui.faces.gateway.upstream import UpstreamPool, UpstreamResponse

__all__ = ["MOST_BYTES", "GuardClient", "GuardCounters", "Guards"]

MOST_BYTES = 1 << 20
"""Of an answer; a verdict is a few hundred."""

_KINDS: dict[str, WithoutVerdict] = {
    "UPS002": "timeout",
    "UPS003": "timeout",
    "UPS004": "timeout",
    "UPS006": "malformed",
}
"""Faults of the connection that are no outage."""


@dataclass(slots=True)
class GuardCounters:
    """What became of the questions of one guard, since the process began.

    Attributes:
        asked, verdicts, unsafe: count; `unsafe` are verdicts with at least one finding.
        without: questions without a verdict, by kind of fault, count.
        rested: of the outages, those where the server was not even asked, count.
        seconds: sum of the time of the verdicts; over `verdicts` it is their mean latency.
    """

    asked: int = 0
    verdicts: int = 0
    unsafe: int = 0
    without: Counter[WithoutVerdict] = field(default_factory=Counter)
    rested: int = 0
    seconds: float = 0.0


class GuardClient:
    """Asks one guard. Belongs to one event loop; `close()` it there.

    Args:
        pool: of the connections to servers; it may be shared, also with those to models.
        environ: where the credential is looked up, at each question, so that a new one is seen.
    """

    def __init__(
        self, guard: Guard, pool: UpstreamPool, environ: Mapping[str, str], asks: Adapter | LocalGuard | None = None
    ) -> None:
        self.guard = guard
        self.counters = GuardCounters()
        self._pool, self._environ = pool, environ
        self._asks = asks or adapter(guard)
        self._places = asyncio.Semaphore(guard.concurrency)
        self._threads: ThreadPoolExecutor | None = None
        self._failed = 0
        self._rests_until = -inf

    async def ask(self, turns: Sequence[Turn], direction: Direction) -> GuardVerdict:
        """The verdict on the last turn. Raises GuardFault."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        self.counters.asked += 1
        try:
            self._wake(started)
            verdict = await self._in_time(turns, direction)
        except GuardFault as error:
            self.counters.without[error.kind] += 1
            raise
        self.counters.verdicts += 1
        self.counters.unsafe += bool(verdict.findings)
        self.counters.seconds += loop.time() - started
        return verdict

    def close(self) -> None:
        """Start no more texts of a local classifier; the pool is closed by its owner."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_time(self, turns: Sequence[Turn], direction: Direction) -> GuardVerdict:
        seconds, has_place = self.guard.timeout_seconds, False
        try:
            async with asyncio.timeout(seconds), self._places:
                has_place = True
                verdict = await self._verdict(turns, direction)
        except TimeoutError:
            if has_place:  # else it is we who ask too much
                self._fail()
            raise fault("timeout", self.guard.name, f"no verdict within {seconds:g} s.") from None
        except GuardFault as error:
            if error.kind in ("outage", "timeout"):
                self._fail()
            else:
                self._failed = 0  # it answers, if only nonsense
            raise
        self._failed = 0
        return verdict

    async def _verdict(self, turns: Sequence[Turn], direction: Direction) -> GuardVerdict:
        if isinstance(self._asks, LocalGuard):
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self.guard.concurrency, f"guard {self.guard.name}")
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._asks.judge, turns, direction)
        status, body = await self._exchange(self._asks, turns, direction)
        return self._asks.read(status, body, direction)

    async def _exchange(self, asks: Adapter, turns: Sequence[Turn], direction: Direction) -> tuple[int, bytes]:
        """Status and body of the answer."""
        call = asks.question(turns, direction)
        headers = [*call.headers, *self._credential()]
        response: UpstreamResponse | None = None
        try:
            response = await self._pool.send(call.method, self.guard.url + call.path, headers, call.body)
            status, body = response.status, await self._body(response)
            response = None
        except UpstreamError as error:
            raise self._translated(error) from error
        except InputError as error:  # UPS009: the URL or a header cannot be sent, and no question ever will be
            raise fault("outage", self.guard.name, f"cannot be asked: {error.code}.") from error
        finally:
            if response is not None:
                response.abort()
        return status, body

    async def _body(self, response: UpstreamResponse) -> bytes:
        pieces, size = [], 0
        while piece := await response.read():
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise fault("malformed", self.guard.name, f"the answer is larger than {MOST_BYTES} bytes.")
        return b"".join(pieces)

    def _credential(self) -> list[tuple[bytes, bytes]]:
        name = self.guard.key_env
        if not name:
            return []
        key = self._environ.get(name, "")
        if not key:
            raise fault("credentials", self.guard.name, f"{name} is not set here.")
        if not key.isascii() or not key.isprintable():
            problem = f"the credential in {name} cannot be sent: it has a line break or is not ASCII."
            raise fault("credentials", self.guard.name, problem)
        return [(b"authorization", b"Bearer " + key.encode())]

    def _translated(self, error: UpstreamError) -> GuardFault:
        """A fault of the connection as one of the guard."""
        if isinstance(error, GuardFault):
            return error
        kind = _KINDS.get(error.code, "outage")
        if kind == "timeout":
            return fault("timeout", self.guard.name, f"no verdict within {self.guard.timeout_seconds:g} s.")
        if kind == "malformed":
            return fault("malformed", self.guard.name, f"the answer is not HTTP as it should be: {error.code}.")
        return fault("outage", self.guard.name, f"cannot be asked: {error.code}.")

    # Whether the server is left alone.

    def _wake(self, now: float) -> None:
        """Raises GuardFault while the server rests; after that one question in `rest_seconds` is let through."""
        if self._failed < self.guard.rest_after:
            return
        if now < self._rests_until:
            self.counters.rested += 1
            raise fault("outage", self.guard.name, "is not asked for a while, after too many faults in a row.")
        self._rests_until = now + self.guard.rest_seconds

    def _fail(self) -> None:
        self._failed += 1
        if self._failed >= self.guard.rest_after:
            self._rests_until = asyncio.get_running_loop().time() + self.guard.rest_seconds


class Guards:
    """The guards of a file by name, over one pool. Belongs to one event loop."""

    def __init__(self, guards: Iterable[Guard], pool: UpstreamPool, environ: Mapping[str, str]) -> None:
        self._clients = {guard.name: GuardClient(guard, pool, environ) for guard in guards}

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of the file."""
        return tuple(self._clients)

    def __getitem__(self, name: str) -> GuardClient:
        return self._clients[name]

    @property
    def counters(self) -> dict[str, GuardCounters]:
        """Of each guard, by name."""
        return {name: client.counters for name, client in self._clients.items()}

    def close(self) -> None:
        """Start nothing more."""
        for client in self._clients.values():
            client.close()
