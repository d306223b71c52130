"""Talk HTTP/1.1 to model servers: one request out, the body of the answer back piece by piece, as it arrives.

Knows connections, message framing and time limits. Knows nothing of chat, JSON, events or screening; follows
no redirects and uses no HTTP proxy (`http_proxy` and the like are not read). It asks for an unencoded body
and undoes the chunked transfer coding only: should a server compress all the same,
`header(b"content-encoding")` says so and the body stays as it was sent.
Works as an `asyncio.Protocol` around `httptools.HttpResponseParser`, with a pool of kept-open connections per
origin, one pool per event loop. Rules of this file:

1. A connection is used again only after a whole answer with keep-alive, with the request wholly written and
   not one byte too many.
2. A request on a connection that was kept open, and that the server closed before any byte of an answer, is
   sent once more, on a new connection: the server gave up the idle connection just as we wrote to it. Nothing
   else is ever sent twice.
3. Cancelling `send()`, and `abort()`, close the socket at once.
4. One timer a connection, never moved by traffic: it beats at the shortest of the limits and looks whether
   the deadline has passed.
5. No message of an error quotes a header value or a body; nothing here logs.

Rules from: RFC 9112 §6 (framing) and §9 (connections); RFC 9110 §9.2.2 would retry only idempotent requests,
rule 2 goes further because a model server that closed an idle connection has not read the request.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import cast
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from hegui.errors import InputError, UpstreamError

__all__ = ["UpstreamLimits", "UpstreamPool", "UpstreamResponse"]

_FULL = 256 * 1024
"""Unread bytes of a body above which the socket is not read; a `read()` takes them all, then it is again."""

_OURS = frozenset(
    b"accept-encoding connection content-length expect host keep-alive proxy-connection te trailer "
    b"transfer-encoding upgrade".split()
)
"""Request headers that frame the message; those of a caller are dropped."""

_REMEDIES = {
    "UPS001": "Check that the model server runs and that this machine reaches it: curl -v {origin}",
    "UPS002": "Check the address and the firewall before the model server, or raise the connect time limit.",
    "UPS003": "See whether the model server is overloaded or loading, or raise the first-byte time limit.",
    "UPS004": "See whether the model server hangs while generating, or raise the idle time limit.",
    "UPS005": "Look in the log of the model server, and of any proxy before it, for a crash or a restart.",
    "UPS006": "Check that this is the address of an HTTP/1.1 server and the scheme (http or https) is right.",
    "UPS007": "Nothing to mend: the client left, a rule stopped the answer, or hegui is stopping.",
    "UPS008": "Check the server's certificate and host name; name a private authority's file as CA file.",
}


@dataclass(frozen=True, slots=True)
class UpstreamLimits:
    """How long and how much to put up with.

    Attributes:
        connect_seconds: name look-up, TCP and TLS handshake together.
        first_byte_seconds: from the written request to the end of the response head.
        idle_seconds: between two arrivals of the body; stands still while nobody reads.
        max_head_bytes: of the response head, and of any run of bytes that brings no body.
        max_idle_connections: kept open per origin, count.
        idle_keep_seconds: how long an unused connection is kept open.
    """

    connect_seconds: float = 10.0
    first_byte_seconds: float = 120.0
    idle_seconds: float = 60.0
    max_head_bytes: int = 65536
    max_idle_connections: int = 256
    idle_keep_seconds: float = 30.0


class _PeerClosed(Exception):
    """A kept-open connection ended before any byte of an answer: rule 2."""


def _fault(code: str, origin: str, problem: str) -> UpstreamError:
    return UpstreamError(code, origin, problem, _REMEDIES[code].format(origin=origin))


@dataclass(frozen=True, slots=True)
class _Target:
    """A URL taken apart: where to connect, and what the first two lines of a request say."""

    origin: str
    host: str
    port: int
    secure: bool
    authority: bytes
    path: bytes


@lru_cache(maxsize=1024)
def _target(url: str) -> _Target:
    """Take `url` apart. Raises InputError UPS009.

    >>> _target("https://models.example/v1/models").origin
    'https://models.example:443'
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        name = parts.hostname or ""
        host = name if ":" in name else name.encode("idna").decode()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        usable = host and "@" not in parts.netloc and url.isprintable() and path.isascii() and " " not in path
    except (KeyError, ValueError):
        usable = False
    if not usable:
        raise InputError(
            "UPS009",
            "upstream URL",
            "is not an http:// or https:// URL without user name, spaces and line breaks.",
            "Write it like http://127.0.0.1:8000/v1 and give the credential as the upstream key.",
        )
    shown = f"[{host}]" if ":" in host else host
    authority = shown if parts.port is None else f"{shown}:{port}"
    origin = f"{parts.scheme}://{shown}:{port}"
    return _Target(origin, host, port, parts.scheme == "https", authority.encode(), path.encode())


def _request(method: str, target: _Target, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Head and body, ready to write. Raises InputError UPS009 when a header would break the framing."""
    kept = [header for header in headers if header[0].lower() not in _OURS]
    lines = [b"%b: %b\r\n" % header for header in kept]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(b"content-length: %d\r\n" % len(body))
    head = b"%b %b HTTP/1.1\r\nhost: %b\r\naccept-encoding: identity\r\n%b\r\n" % (
        method.encode(),
        target.path,
        target.authority,
        b"".join(lines),
    )
    breaks = len(lines) + 4
    if head.count(b"\n") != breaks or head.count(b"\r") != breaks or b"\0" in head:
        broken = [name.decode("latin-1") for name, value in kept if {0, 10, 13} & {*name, *value}]
        raise InputError(
            "UPS009",
            target.origin,
            f"a line break or NUL in the request header {', '.join(broken)!a}.",
            "Check the upstream key: a key read from a file often ends in a line break.",
        )
    return head + body


class UpstreamResponse:
    """An answer whose head has arrived; one reader takes the body piece by piece.

    Attributes:
        status: 200-599; interim answers (1xx) are skipped.
        headers: (name in lower case, value) in the order they came.
    """

    __slots__ = (
        "_connection",
        "_ended",
        "_error",
        "_origin",
        "_pieces",
        "_waiter",
        "headers",
        "status",
        "unread_bytes",
    )

    def __init__(self, connection: _Connection, status: int, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        self.status = status
        self.headers = headers
        self.unread_bytes = 0
        self._origin = connection.origin
        self._connection: _Connection | None = connection
        self._pieces: list[bytes] = []
        self._ended = False
        self._error: UpstreamError | None = None
        self._waiter: asyncio.Future[None] | None = None

    def header(self, name: bytes) -> bytes | None:
        """The first header of this lower-case name."""
        for known, value in self.headers:
            if known == name:
                return value
        return None

    async def read(self) -> bytes:
        """All of the body that came since the last call, at least one byte; b"" at the end.

        Raises:
            UpstreamError: UPS004-UPS008; what came before the fault is handed over first, save for UPS007.
        """
        while (data := self.read_nowait()) is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return data

    def read_nowait(self) -> bytes | None:
        """What `read()` would give at once; None when it would have to wait."""
        pieces = self._pieces
        if pieces:
            data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            self._drop_unread()
            if self._connection is not None:
                self._connection.resume()
            return data
        if self._error is not None:
            raise self._error
        return b"" if self._ended else None

    def abort(self) -> None:
        """Close the connection at once and forget what was not read; a `read()` that needed it raises UPS007."""
        connection = self._connection
        if self._pieces or not self._ended:
            self._drop_unread()
            self.end(_fault("UPS007", self._origin, "the answer was given up before its end."))
        if connection is not None:
            connection.close()

    def _drop_unread(self) -> None:
        self._pieces = []
        self.unread_bytes = 0

    # What the connection calls.

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.unread_bytes += len(piece)

    def wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def end(self, error: UpstreamError | None) -> None:
        """No more will come; whole if `error` is None. The connection is no longer ours to close."""
        self._connection = None
        self._ended = True
        self._error = error
        self.wake()


class _Connection(asyncio.Protocol):
    """One socket: idle in the pool, or waiting for a head (`_head`), or receiving a body (`_response`)."""

    def __init__(self, pool: UpstreamPool, origin: str, loop: asyncio.AbstractEventLoop) -> None:
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
        self._pool.opened(self)
        if self._closing:
            self._transport.abort()

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
        elif max(self._barren, self._head_bytes) > self._limits.max_head_bytes:
            self._fail("UPS006", f"more than {self._limits.max_head_bytes} bytes of head, or without any body.")
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
            head.set_exception(_PeerClosed())
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
            response.end(_fault(code, self.origin, problem))
        elif head is not None and not head.done():
            head.set_exception(_fault(code, self.origin, problem))

    def _beat(self) -> None:
        """Look at the clock. A deadline is set at least one step ahead, so no beat comes too late for it."""
        now = self._loop.time()
        if now < self._deadline:
            self._timer = self._loop.call_at(min(self._deadline, now + self._step), self._beat)
        elif self._response is not None:
            self._fail("UPS004", f"nothing more of the answer for {self._limits.idle_seconds:g} s.")
        else:  # or idle in the pool for long enough, and nobody hears this
            self._fail("UPS003", f"no answer within {self._limits.first_byte_seconds:g} s.")


class UpstreamPool:
    """Sends requests and keeps connections open for the next. Belongs to one event loop; `close()` it there.

    Args:
        ca_file: PEM file of authorities to trust besides those of the system.
    Raises:
        InputError: UPS010, `ca_file` does not hold PEM certificates.
    """

    def __init__(self, limits: UpstreamLimits | None = None, *, ca_file: str | None = None) -> None:
        self.limits = limits or UpstreamLimits()
        self._tls = _tls_context(ca_file)
        self._open: set[_Connection] = set()
        self._idle: dict[str, dict[_Connection, None]] = {}
        self._closed = False
        self._all_lost = asyncio.Event()

    async def send(
        self, method: str, url: str, headers: Sequence[tuple[bytes, bytes]], body: bytes
    ) -> UpstreamResponse:
        """Send a request and wait for the head of its answer.

        Args:
            method: in upper case.
            url: absolute, http or https.
            headers: all but those that frame a message (host, content-length, …), which are ours.
            body: whole; b"" for none.
        Raises:
            UpstreamError: UPS001-UPS008.
            InputError: UPS009, the URL or a header cannot be sent.
        """
        target = _target(url)
        message = _request(method, target, headers, body)
        without_body = method == "HEAD"
        connection = self._take(target.origin)
        if connection is not None:
            try:
                return await _head(connection, message, without_body)
            except _PeerClosed:
                pass
        return await _head(await self._connect(target), message, without_body)

    async def close(self) -> None:
        """Close every connection; answers that are still being read end with UPS007."""
        self._closed = True
        for connection in tuple(self._open):
            connection.give_up("hegui is stopping.")
        if self._open:
            self._all_lost.clear()
            await self._all_lost.wait()

    async def _connect(self, target: _Target) -> _Connection:
        seconds = self.limits.connect_seconds
        loop = asyncio.get_running_loop()
        connection = _Connection(self, target.origin, loop)
        try:
            async with asyncio.timeout(seconds):
                await loop.create_connection(
                    lambda: connection,
                    target.host,
                    target.port,
                    ssl=self._tls if target.secure else None,
                    server_hostname=target.host if target.secure else None,
                    ssl_handshake_timeout=seconds + 1 if target.secure else None,
                )
            if self._closed:
                raise _fault("UPS007", target.origin, "hegui is stopping.")
        except OSError as error:
            connection.close()
            raise _connect_fault(error, target, seconds) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _take(self, origin: str) -> _Connection | None:
        """The connection used last: the others may then grow old and be closed."""
        idle = self._idle.get(origin)
        while idle:
            connection, _ = idle.popitem()
            if connection.usable():
                return connection
        return None

    # What the connections call.

    def opened(self, connection: _Connection) -> None:
        self._open.add(connection)

    def keep(self, connection: _Connection) -> None:
        idle = self._idle.setdefault(connection.origin, {})
        if self._closed or len(idle) >= self.limits.max_idle_connections:
            connection.close()
        else:
            idle[connection] = None

    def forget(self, connection: _Connection) -> None:
        self._idle.get(connection.origin, {}).pop(connection, None)

    def lost(self, connection: _Connection) -> None:
        self._open.discard(connection)
        if not self._open:
            self._all_lost.set()


async def _head(connection: _Connection, message: bytes, without_body: bool) -> UpstreamResponse:
    head = connection.start(message, without_body=without_body)
    try:
        return await head
    except asyncio.CancelledError:
        if head.cancelled():
            connection.close()
        elif head.exception() is None:  # the head came together with the cancellation
            head.result().abort()
        raise


def _connect_fault(error: OSError, target: _Target, seconds: float) -> UpstreamError:
    match error:
        case TimeoutError():
            return _fault("UPS002", target.origin, f"no connection within {seconds:g} s.")
        case ssl.SSLCertVerificationError():
            return _fault("UPS008", target.origin, f"the certificate is refused: {error.verify_message}.")
        case ssl.SSLError():
            return _fault("UPS008", target.origin, f"no TLS connection: {error.reason}.")
        case ConnectionResetError() | ConnectionAbortedError() | BrokenPipeError() if target.secure:
            return _fault("UPS008", target.origin, "the server ended the TLS handshake.")
        case _:
            return _fault("UPS001", target.origin, f"cannot connect: {error.strerror or type(error).__name__}.")


def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise InputError(
                "UPS010",
                ca_file,
                "does not hold PEM certificates.",
                "Name a file that has BEGIN CERTIFICATE in it.",
            ) from error
    return context
