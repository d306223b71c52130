"""One request on a connection, and its answer: what an ASGI application receives and sends.

Knows the messages of ASGI and how a body is framed. Knows of its connection only what `Wire` says.

1. The head of an answer leaves together with the first piece of its body; when none follows within the same turn of
   the event loop and the length is not known, the head leaves alone.
2. An answer that is not as long as it said, or that the application did not finish, closes the connection.
3. After the answer, and once the client has gone, `receive()` says `http.disconnect`. Whoever would rather be called
   than wait for that finds a function for it in `scope["extensions"]`, under the name `CLIENT_GONE`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Protocol

__all__ = ["CLIENT_GONE", "FULL", "Turn", "Wire", "plain_answer"]

Message = MutableMapping[str, Any]
Application = Callable[..., Awaitable[None]]

CLIENT_GONE = "hegui.client_gone"
"""The extension that takes a function to call, once, should the client leave before the answer has come to its end."""

FULL = 64 * 1024
"""Unread bytes of a request's body above which the socket is not read."""

_log = logging.getLogger("hegui.gateway")
_STATUS_LINES = {status.value: b"HTTP/1.1 %d %b\r\n" % (status, status.phrase.encode()) for status in HTTPStatus}


class Wire(Protocol):
    """What a turn needs of its connection."""

    loop: asyncio.AbstractEventLoop
    is_lost: bool
    is_full: bool

    def write(self, data: bytes) -> None: ...

    def close(self) -> None:
        """After what was written."""

    async def drained(self) -> None:
        """Wait until more may be written, or the client has gone."""

    def resume(self) -> None:
        """More of the request may come."""

    def common_head(self) -> bytes:
        """Header lines of every answer."""

    def ended(self, turn: Turn) -> None:
        """The answer is whole."""


class Turn:
    """One request and its answer.

    Attributes:
        size: bytes of the body that have come and were not read.
        is_whole: the request has come to its end.
        is_over: the answer has come to its end.
        keeps_open: the connection may be used again after it.
    """

    __slots__ = (
        "_chunked",
        "_expects",
        "_gone",
        "_head",
        "_left",
        "_pieces",
        "_scope",
        "_started",
        "_told",
        "_waiter",
        "_wire",
        "is_over",
        "is_whole",
        "keeps_open",
        "size",
    )

    def __init__(self, wire: Wire, scope: Message, *, keeps_open: bool, expects: bool) -> None:
        self._wire, self._scope = wire, scope
        scope["extensions"] = {CLIENT_GONE: self.when_gone}
        self._gone: Callable[[], None] | None = None
        self.keeps_open, self._expects = keeps_open, expects
        self.is_whole = self.is_over = self._started = self._told = self._chunked = False
        self.size = self._left = 0
        self._pieces: list[bytes] = []
        self._head: bytes | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def run(self, application: Application) -> None:
        """Let the application answer; whatever it does, the connection is left in order."""
        try:
            await application(self._scope, self.receive, self.send)
        except asyncio.CancelledError:  # the server ends
            self._wire.close()
            raise
        except Exception:  # the edge: an application that fails ends its own request
            _log.exception("the application failed")
        finally:
            self._let_go()
        if not self.is_over:
            if not self._started and not self._wire.is_lost:
                self._wire.write(plain_answer(500, b"Internal Server Error"))
            self._wire.close()

    def _let_go(self) -> None:
        """Scope and turn hold each other, and with them the client's headers, until the garbage collector comes by."""
        self._scope.pop("extensions", None)
        self._gone = None

    # What the connection calls.

    def add(self, piece: bytes) -> None:
        """More of the body has come."""
        self._pieces.append(piece)
        self.size += len(piece)
        self.wake()

    def wake(self) -> None:
        """Something has changed for whoever waits in `receive`."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def lose(self) -> None:
        """The client has gone."""
        self.wake()
        if self._gone is not None:
            self._gone()
            self._gone = None

    # What the application calls.

    async def receive(self) -> Message:
        """`http.request` until the body has been read, then, when it comes to that, `http.disconnect`."""
        wire = self._wire
        if self._expects:
            self._expects = False
            if not (self._started or wire.is_lost):
                wire.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not (self.is_over or wire.is_lost):
            if self._pieces or (self.is_whole and not self._told):
                body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
                self._pieces, self.size, self._told = [], 0, self.is_whole
                if not self.is_whole:
                    wire.resume()
                return {"type": "http.request", "body": body, "more_body": not self.is_whole}
            self._waiter = wire.loop.create_future()
            await self._waiter
        return {"type": "http.disconnect"}

    def when_gone(self, call: Callable[[], None]) -> None:
        """Call this should the client leave before the answer has come to its end, at once if it has left."""
        if self._wire.is_lost:
            self._wire.loop.call_soon(call)
        else:
            self._gone = call

    async def send(self, message: Message) -> None:
        """Take the next part of the answer. A client that has gone is told of by `receive`, not here."""
        wire = self._wire
        if wire.is_full:
            await wire.drained()
        if self.is_over:
            raise RuntimeError(f"{message['type']} after the end of the answer")
        if message["type"] == "http.response.body" and self._started:
            if not wire.is_lost:
                self._send_body(message.get("body", b""), message.get("more_body", False))
        elif message["type"] == "http.response.start" and not self._started:
            self._start(message["status"], message.get("headers", ()))
        else:
            raise RuntimeError(f"{message['type']} is not what comes next")

    def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self._started, self._chunked = True, True
        common = self._wire.common_head()
        lines = [_status_line(status), common]
        for name, value in headers:
            if name == b"content-length":
                self._left, self._chunked = int(value), False
            elif name == b"connection" and value == b"close":
                self.keeps_open = False
                continue
            lines.append(b"%b: %b\r\n" % (name, value))
        if self._chunked:
            if self._scope["http_version"] == "1.1":
                lines.append(b"transfer-encoding: chunked\r\n")
            else:
                self.keeps_open = False
        if not self.keeps_open:
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        head = b"".join(lines)
        breaks = len(lines) - 1 + common.count(b"\n")
        if head.count(b"\n") != breaks or head.count(b"\r") != breaks or b"\0" in head:
            self._started = False
            raise RuntimeError("a line break or NUL in a header of the answer")
        self._head = head
        if self._chunked:
            self._wire.loop.call_soon(self._flush_head)

    def _flush_head(self) -> None:
        if self._head is not None and not self._wire.is_lost:
            self._wire.write(self._head)
            self._head = None

    def _send_body(self, body: bytes, more: bool) -> None:
        head = self._head or b""
        self._head = None
        if self._scope["method"] == "HEAD":
            data = head
            self._left = 0
        elif not self._chunked:
            data = head + body
            self._left -= len(body)
            if self._left < 0 or (self._left and not more):
                raise RuntimeError("the body of the answer is not as long as its head says")
        elif self._scope["http_version"] != "1.1":
            data = head + body
        elif more:
            data = b"%b%x\r\n%b\r\n" % (head, len(body), body) if body else head
        else:
            data = b"%b%x\r\n%b\r\n0\r\n\r\n" % (head, len(body), body) if body else head + b"0\r\n\r\n"
        if data:
            self._wire.write(data)
        if not more:
            self.is_over = True
            self._gone = None
            self.wake()
            self._wire.ended(self)


def _status_line(status: int) -> bytes:
    """Model servers have statuses of their own, such as 529; those have no phrase."""
    return _STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status


def plain_answer(status: int, text: bytes) -> bytes:
    """A whole answer of the server itself, after which it closes the connection."""
    return b"%bcontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (
        _status_line(status),
        len(text),
        text,
    )
