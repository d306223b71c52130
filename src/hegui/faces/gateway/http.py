"""The few HTTP things the gateway says and reads itself: bodies, headers, errors in OpenAI's form.

Knows ASGI messages; knows no model and no policy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hegui.moderate.wire import encode_json

__all__ = ["ApiError", "ClientWatch", "Receive", "Scope", "Send", "headers_of", "read_body", "send_json"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class ApiError(Exception):
    """An answer in OpenAI's error form.

    Args:
        status: HTTP status.
        kind: OpenAI's `type`, such as invalid_request_error.
        code: stable code, ours or OpenAI's.
    """

    def __init__(
        self, status: int, kind: str, code: str, message: str, *, param: str | None = None, **more: Any
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}, **more}


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Request headers by lower-case name; the last of a repeated one."""
    return dict(scope["headers"])


async def read_body(receive: Receive, limit: int, idle_seconds: float, loop: asyncio.AbstractEventLoop) -> bytes:
    """The whole request body. Raises ApiError 413 beyond `limit` bytes, 408 when the client falls silent."""
    pieces, size = [], 0
    while True:
        message = await _in_time(receive, idle_seconds, loop)
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            problem = (
                f"The request body is larger than {limit} bytes, the limit of this gateway (server.max_body_bytes)."
            )
            raise ApiError(413, "invalid_request_error", "request_too_large", problem)
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)


async def _in_time(receive: Receive, seconds: float, loop: asyncio.AbstractEventLoop) -> MutableMapping[str, Any]:
    """The next message. As `asyncio.timeout` would do it, at a fifth of its cost: most bodies are there already."""
    task, is_late = asyncio.current_task(loop), False

    def give_up() -> None:
        nonlocal is_late
        is_late = True
        if task is not None:
            task.cancel()

    timer = loop.call_later(seconds, give_up)
    try:
        return await receive()
    except asyncio.CancelledError:
        if is_late and task is not None and not task.uncancel():
            problem = "The request body did not arrive in time."
            raise ApiError(408, "invalid_request_error", "request_timeout", problem) from None
        raise
    finally:
        timer.cancel()


WATCH_AFTER_SECONDS = 0.005
"""How long after its request it begins to be watched whether a client is still there."""


class ClientWatch:
    """Cancels the current task when the client leaves.

    A task of its own waits for that, but not at once: most answers that are not streamed are over before it would pay.

    Args:
        gone: called first.
    """

    __slots__ = ("_gone", "_receive", "_served", "_timer", "_watching")

    def __init__(self, receive: Receive, loop: asyncio.AbstractEventLoop, gone: Callable[[], None]) -> None:
        self._receive, self._gone = receive, gone
        self._served = asyncio.current_task(loop)
        self._watching: asyncio.Task[None] | None = None
        self._timer = loop.call_later(WATCH_AFTER_SECONDS, self._start)

    def stop(self) -> None:
        """Look no longer."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()

    def _start(self) -> None:
        self._watching = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone()
        if self._served is not None:
            self._served.cancel()


async def send_json(
    send: Send, status: int, body: bytes | Any, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    """A whole JSON answer."""
    data = body if isinstance(body, bytes) else encode_json(body)
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode()), *(headers or ())]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": data})
