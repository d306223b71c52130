"""Read requests from one client's socket and let the application answer them, one after the other.

Knows when a request is whole, which one is to be answered next, and whether the socket may be used again.

1. Requests are answered in the order they came; while one waits for its turn the socket is not read.
2. A body that nobody reads stops the socket at 64 KiB. What comes after the answer to an unfinished request is dropped.
3. A head has `timeout_keep_alive` seconds to come, at most twice as long, from the end of the answer before it, and
   `MOST_HEAD` bytes; the limit for the application's purposes is its own affair.
4. An `Upgrade` is declined by passing over it, with the body of the request where it is (RFC 9110 §7.8): a client that
   offers HTTP/2 with every request is served all the same.
5. What is not HTTP/1.1 is answered with 400 when nothing else is being said, and the connection is closed.

Rules from: RFC 9112 §6 (framing), §9 (connections).
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import lru_cache
from typing import Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState

from hegui.faces.gateway.downstream.turn import FULL, Turn, plain_answer
from hegui.faces.gateway.sweep import Sweep

__all__ = ["MOST_HEAD", "ClientConnection"]

MOST_HEAD = 1 << 20
"""Bytes of a request before its head is whole."""


class ClientConnection(asyncio.Protocol):
    """One socket with a client; the signature is the one uvicorn calls its protocol classes with."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.loop = _loop or asyncio.get_running_loop()
        self.is_lost = self.is_full = False
        self._config, self._server, self._state = config, server_state, app_state
        self._patience = _patience(server_state, config.timeout_keep_alive)
        self._transport: asyncio.Transport | None = None
        self._turn: Turn | None = None  # the one that is being read, or was read last
        self._answered: Turn | None = None  # the one whose answer is under way
        self._waiting: deque[Turn] = deque()
        self._drained: asyncio.Future[None] | None = None
        self._stopped = self._ending = False
        self._head_bytes = 0
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []

    # What uvicorn and asyncio call.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpRequestParser(self)
        self._addresses = {
            "server": get_local_addr(self._transport),
            "client": get_remote_addr(self._transport),
            "scheme": "https" if is_ssl(self._transport) else "http",
        }
        self._server.connections.add(self)  # type: ignore[arg-type]  # typed for uvicorn's own classes
        self._patience.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self._server.connections.discard(self)
        self._patience.discard(self)
        self._waiting.clear()
        self.resume_writing()
        if self._answered is not None:
            self._answered.lose()
        # What holds us must not be held: a cycle would wait for the garbage collector.
        del self._parser
        self._transport = self._turn = self._answered = None

    def data_received(self, data: bytes) -> None:
        if self._ending:
            return
        self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            self._decline_upgrade(data[error.args[0] :])
        except httptools.HttpParserError:
            self._refuse(400, b"Invalid HTTP request.")
        else:
            if self._head_bytes > MOST_HEAD:
                self._refuse(431, b"The head of the request is too large.")
        if self._waiting or (self._turn is not None and self._turn.size > FULL):
            self._stop_reading()

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False
        if self._drained is not None:
            self._drained.set_result(None)
            self._drained = None

    def shutdown(self) -> None:
        """The server ends: finish the answer that is under way."""
        if self._answered is None:
            self.close()
        else:
            self._end_after_this()

    def overdue(self) -> None:
        """No request has come for too long."""
        self.close()

    # What httptools calls.

    def on_message_begin(self) -> None:
        self._url, self._headers = b"", []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        parser, headers = self._parser, self._headers
        if parser.should_upgrade():
            return  # the head comes again, without it
        version = parser.get_http_version()
        path, raw_path, query = _split(self._url)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": version,
            "method": parser.get_method().decode("ascii"),
            "path": path,
            "raw_path": raw_path,
            "query_string": query,
            "root_path": "",
            "headers": headers,
            "state": self._state.copy(),
            **self._addresses,
        }
        self._head_bytes = 0
        self._patience.discard(self)
        expects = version == "1.1" and (b"expect", b"100-continue") in headers
        keeps_open = version == "1.1" and parser.should_keep_alive()
        self._turn = Turn(self, scope, keeps_open=keeps_open, expects=expects)
        if self._answered is None:
            self._answer(self._turn)
        else:
            self._waiting.append(self._turn)

    def on_body(self, body: bytes) -> None:
        self._head_bytes = 0
        if self._turn is not None and not self._turn.is_over:
            self._turn.add(body)

    def on_message_complete(self) -> None:
        self._head_bytes = 0
        if self._turn is not None and not self._parser.should_upgrade():
            self._turn.is_whole = True
            self._turn.wake()

    # What a turn calls.

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        self._ending = True
        if self._transport is not None:
            self._transport.close()

    async def drained(self) -> None:
        if self.is_full and not self.is_lost:
            self._drained = self._drained or self.loop.create_future()
            await asyncio.shield(self._drained)

    def resume(self) -> None:
        if self._stopped and self._transport is not None and not self._waiting:
            self._stopped = False
            self._transport.resume_reading()

    def common_head(self) -> bytes:
        return _joined(tuple(self._server.default_headers))

    def ended(self, turn: Turn) -> None:
        self._server.total_requests += 1
        self._answered = None
        if not turn.keeps_open or self._ending:
            self.close()
        elif self._waiting:
            self._answer(self._waiting.popleft())
        else:
            self._patience.add(self)
        self.resume()

    # How it goes on.

    def _answer(self, turn: Turn) -> None:
        self._answered = turn
        task = self.loop.create_task(turn.run(self._config.loaded_app))
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    def _decline_upgrade(self, rest: bytes) -> None:
        """The parser takes whatever follows such a head for another protocol: begin anew with the head as it should be."""
        method = self._parser.get_method()
        if method == b"CONNECT":
            self._refuse(400, b"This is no proxy.")
            return
        lines = [b"%b %b HTTP/1.1" % (method, self._url)]
        for name, value in self._headers:
            if name == b"connection":
                value = b", ".join([word for word in value.split(b",") if word.strip().lower() != b"upgrade"])
            if name != b"upgrade":
                lines.append(name + b": " + value)
        self._parser = httptools.HttpRequestParser(self)
        self.data_received(b"\r\n".join([*lines, b"", rest]))

    def _stop_reading(self) -> None:
        if not self._stopped and not self.is_lost and self._transport is not None:
            self._stopped = True
            self._transport.pause_reading()

    def _end_after_this(self) -> None:
        last = self._waiting[-1] if self._waiting else self._answered
        if last is None:
            self.close()
        else:
            last.keeps_open = False

    def _refuse(self, status: int, text: bytes) -> None:
        """The rest cannot be read. An answer that is under way is finished, but not to a request that is not whole."""
        while self._waiting and not self._waiting[-1].is_whole:
            self._waiting.pop()
        if self._answered is None:
            self.write(plain_answer(status, text))
            self.close()
        elif self._answered.is_whole:
            self._end_after_this()
        else:
            self.is_lost = True  # for the application: the request will never be whole
            self._answered.lose()
            self.write(plain_answer(status, text))
            self.close()


def _patience(server: ServerState, seconds: float) -> Sweep:
    """The sweep of a server's idle connections: one for all of them, kept as long as the server is."""
    found = getattr(server, "hegui_patience", None)
    if found is None:
        found = Sweep(seconds)
        server.hegui_patience = found  # type: ignore[attr-defined]
    return cast(Sweep, found)


@lru_cache(maxsize=1024)
def _split(url: bytes) -> tuple[str, bytes, bytes]:
    """Path, path as sent and query of a request target. Raises HttpParserInvalidURLError."""
    parts = httptools.parse_url(url)
    raw = parts.path or b"/"
    path = raw.decode("ascii")
    return unquote(path) if "%" in path else path, raw, parts.query or b""


@lru_cache(maxsize=4)
def _joined(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])
