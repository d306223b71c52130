"""Send requests to model servers, and keep the connections open for the next.

Knows how to connect, and which connections are idle. Knows nothing of what goes over them.

1. A request on a connection that was kept open, and that the server closed before any byte of an answer, is
   sent once more, on a new connection: the server gave up the idle connection just as we wrote to it. Nothing
   else is ever sent twice.
2. Cancelling `send()` closes the socket at once.

Rules from: RFC 9112 §9 (connections); RFC 9110 §9.2.2 would retry only idempotent requests, rule 1 goes further
because a model server that closed an idle connection has not read the request.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence

from hegui.errors import InputError
from hegui.faces.gateway.upstream.connection import Connection
from hegui.faces.gateway.upstream.faults import PeerClosed, connect_fault, fault
from hegui.faces.gateway.upstream.limits import UpstreamLimits
from hegui.faces.gateway.upstream.request import written
from hegui.faces.gateway.upstream.response import UpstreamResponse
from hegui.faces.gateway.upstream.target import Target, target_of

__all__ = ["UpstreamPool"]


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
        self._open: set[Connection] = set()
        self._idle: dict[str, dict[Connection, None]] = {}
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
        target = target_of(url)
        message = written(method, target, headers, body)
        without_body = method == "HEAD"
        connection = self._take(target.origin)
        if connection is not None:
            try:
                return await _head(connection, message, without_body)
            except PeerClosed:
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

    async def _connect(self, target: Target) -> Connection:
        seconds = self.limits.connect_seconds
        loop = asyncio.get_running_loop()
        connection = Connection(self, target.origin, loop)
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
                raise fault("UPS007", target.origin, "hegui is stopping.")
        except OSError as error:
            connection.close()
            raise connect_fault(error, target.origin, secure=target.secure, seconds=seconds) from error
        except BaseException:
            connection.close()
            self.lost(
                connection
            )  # cancelled just as it was made, an event loop may tell it of its beginning but not of its end
            raise
        return connection

    def _take(self, origin: str) -> Connection | None:
        """The connection used last: the others may then grow old and be closed."""
        idle = self._idle.get(origin)
        while idle:
            connection, _ = idle.popitem()
            if connection.usable():
                return connection
        return None

    # What the connections call.

    def opened(self, connection: Connection) -> None:
        self._open.add(connection)

    def keep(self, connection: Connection) -> None:
        idle = self._idle.setdefault(connection.origin, {})
        if self._closed or len(idle) >= self.limits.max_idle_connections:
            connection.close()
        else:
            idle[connection] = None

    def forget(self, connection: Connection) -> None:
        self._idle.get(connection.origin, {}).pop(connection, None)

    def lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        if not self._open:
            self._all_lost.set()


async def _head(connection: Connection, message: bytes, without_body: bool) -> UpstreamResponse:
    head = connection.start(message, without_body=without_body)
    try:
        return await head
    except asyncio.CancelledError:
        if head.cancelled():
            connection.close()
        elif head.exception() is None:  # the head came together with the cancellation
            head.result().abort()
        raise


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
