"""Carry requests and their answers over one socket, one after the other.

Knows when an answer is whole, when a limit has passed, and whether the socket may be used again. Knows neither how to
connect nor what a request says. Works as an `asyncio.Protocol` around `httptools.HttpResponseParser`.

1. A connection is used again only after a whole answer with keep-alive, with the request wholly written and
   not one byte too many.
2. One that was kept open, and that the server closed before any byte of an answer, says so with `PeerClosed`;
   every other end before the head of an answer is a fault.
3. One timer a connection, never moved by traffic: it beats at the shortest of the limits and looks whether
   the deadline has passed.

Rules from: RFC 9112 §6 (framing) and §9 (connections).
"""

from __future__ import annotations

import asyncio
import ssl
from math import inf
from typing import Protocol, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from hegui.faces.gateway.upstream.faults import PeerClosed, fault
from hegui.faces.gateway.upstream.limits import UpstreamLimits
from hegui.faces.gateway.upstream.response import UpstreamResponse

__all__ = ["Connection", "Keeper"]

_FULL = 256 * 1024
"""Unread bytes of a body above which the socket is not read; a `read()` takes them all, then it is again."""


class Keeper(Protocol):
    """Who is told what becomes of a connection."""

    limits: UpstreamLimits

    def opened(self, connection: Connection) -> None:
        """There is a socket, to be closed one day."""

    def keep(self, connection: Connection) -> None:
        """It may carry another request."""

    def forget(self, connection: Connection) -> None:
        """It may not, from now on."""

    def lost(self, connection: Connection) -> None:
        """The socket is closed."""


class Connection(asyncio.Protocol):
    """One socket: idle in the pool, or waiting for a head (`_head`), or receiving a body (`_response`)."""

    def __init__(self, pool: Keeper, origin: str, loop: asyncio.AbstractEventLoop) -> None:
        self.origin = origin
        self._pool = pool
        self._loop = loop
        self._limits = limits = pool.limits
        shortest = min(limits.first_byte_seconds, limits.idle_seconds, limits.idle_keep_seconds)
        self._step = min(max(shortest, 0.02), 3600.0)
        self._deadline = inf
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._head: asyncio.Future[UpstreamResponse] | None = None
        self._response: UpstreamResponse | None = None
        self._closing = self._paused = self._reused = self._heard = False
        self._refusal = ""

    # What the pool and the response call.

    def start(self, message: bytes, *, without_body: bool) -> asyncio.Future[UpstreamResponse]:
        """Write a request; the future brings the head of its answer, or the fault."""
        self._head = head = self._loop.create_future()
        if self._transport is None or not self.usable():
            self._fail("UPS006" if self._heard else "UPS005", "the server ended the connection before the request.")
            return head
        self._headers: list[tuple[bytes, bytes]] = []
        self._barren = self._head_bytes = 0
        self._heard = self._complete = self._surplus = self._keep_alive = self._until_closed = False
        self._without_body = without_body
        self._deadline = self._loop.time() + self._limits.first_byte_seconds
        self._transport.write(message)
        return head

    def usable(self) -> bool:
        return self._transport is not None and not self._closing and not self._transport.is_closing()

    def resume(self) -> None:
        if self._paused and self._transport is not None:
            self._paused = False
            self._deadline = self._loop.time() + self._limits.idle_seconds
            self._transport.resume_reading()

    def give_up(self, problem: str) -> None:
        self._fail("UPS007", problem)

    def close(self) -> None:
        """Drop the socket now. Whoever still waits for an answer is told by the caller."""
        self._head = self._response = None
        if self._closing:
            return
        self._closing = True
        self._pool.forget(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = HttpResponseParser(self)
        self._timer = self._loop.call_later(self._step, self._beat)
        if self._closing:  # whoever wanted it has gone
            self._timer.cancel()
            self._transport.abort()
        else:
            self._pool.opened(self)

    def data_received(self, data: bytes) -> None:
        self._heard = True
        if self._response is None and (self._head is None or self._head.cancelled()):
            self.close()  # nobody asked for anything, or whoever did has gone
            return
        self._barren += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._refusal = "the server switched to another protocol."
        except HttpParserError as error:
            self._refusal = f"the answer is not HTTP/1.1: {error}."
        if self._complete:
            self._finish()
        elif self._refusal:
            self._fail("UPS006", self._refusal)
        elif self._barren > (most := self._limits.max_head_bytes) or self._head_bytes > most:
            self._fail("UPS006", f"more than {most} bytes of head, or without any body.")
        elif self._response is not None:
            self._body_came(self._response)

    def connection_lost(self, exc: Exception | None) -> None:
        head, response = self._head, self._response
        if response is not None and self._until_closed and exc is None:
            response.end(None)
        elif isinstance(exc, ssl.SSLError):
            self._fail("UPS008", f"TLS broke: {exc.reason}.")
        elif response is not None:
            self._fail("UPS005", "the connection was closed in the middle of the answer.")
        elif head is not None and self._reused and not self._heard and not head.done():
            head.set_exception(PeerClosed())
        else:
            self._fail("UPS005", "the connection was closed before an answer.")
        self.close()
        self._pool.lost(self)
        del self._parser  # it holds our bound methods: a cycle that would wait for the garbage collector

    # What httptools calls. After the end of the message (`_complete`) everything is surplus.

    def on_message_begin(self) -> None:
        if self._complete:
            self._surplus = True

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value) + 4
        if self._response is None:  # else it is a trailer, which nobody asked for
            self._headers.append((name.lower(), value.strip()))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        head = self._head
        if head is None:
            return
        if status < 200:
            self._headers.clear()
            return
        self._until_closed = status not in (204, 304)
        for name, value in self._headers:
            if name == b"content-length":
                self._until_closed = False
            elif name == b"transfer-encoding":
                self._until_closed = False
                if value.lower() != b"chunked":
                    self._refusal = "the answer has a transfer coding other than chunked."
        if self._refusal or self._head_bytes > self._limits.max_head_bytes:
            return
        self._head = None
        self._response = UpstreamResponse(self, status, tuple(self._headers))
        self._complete = self._without_body
        head.set_result(self._response)

    def on_body(self, body: bytes) -> None:
        self._barren = 0
        if self._response is not None and not self._complete:
            self._response.add(body)

    def on_message_complete(self) -> None:
        if self._response is not None and not self._complete:
            self._complete = True
            self._keep_alive = self._parser.should_keep_alive()

    # What becomes of an answer.

    def _body_came(self, response: UpstreamResponse) -> None:
        self._deadline = self._loop.time() + self._limits.idle_seconds
        if response.unread_bytes:
            response.wake()
        if response.unread_bytes > _FULL and not self._paused and self._transport is not None:
            self._paused = True
            self._deadline = inf
            self._transport.pause_reading()

    def _finish(self) -> None:
        """The answer is whole: the connection goes back to the pool, or is closed (rule 1)."""
        response, transport = self._response, self._transport
        if (
            self._keep_alive
            and not (self._surplus or self._refusal)
            and not (transport is None or transport.get_write_buffer_size())
        ):
            self.resume()
            self._response = None
            self._reused = True
            self._deadline = self._loop.time() + self._limits.idle_keep_seconds
            self._pool.keep(self)
        else:
            self.close()
        if response is not None:
            response.end(None)

    def _fail(self, code: str, problem: str) -> None:
        """Close, and tell whoever waits for an answer, if anybody does."""
        head, response = self._head, self._response
        self.close()
        if response is not None:
            response.end(fault(code, self.origin, problem))
        elif head is not None and not head.done():
            head.set_exception(fault(code, self.origin, problem))

    def _beat(self) -> None:
        """Look at the clock. A deadline is set at least one step ahead, so no beat comes too late for it."""
        now = self._loop.time()
        if now < self._deadline:
            self._timer = self._loop.call_at(min(self._deadline, now + self._step), self._beat)
        elif self._response is not None:
            self._fail("UPS004", f"nothing more of the answer for {self._limits.idle_seconds:g} s.")
        else:  # or idle in the pool for long enough, and nobody hears this
            self._fail("UPS003", f"no answer within {self._limits.first_byte_seconds:g} s.")
