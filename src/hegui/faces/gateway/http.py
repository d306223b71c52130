"""The few HTTP things the gateway says and reads itself: bodies, headers, errors in OpenAI's form.

Knows ASGI messages; knows no model and no policy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hegui.faces.gateway.sweep import Sweep
from hegui.locale.errors import HTTP, worded
from hegui.moderate.wire import encode_json

__all__ = ["ApiError", "Receive", "Scope", "Send", "headers_of", "read_body", "send_json"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class ApiError(Exception):
    """An answer in OpenAI's error form.

    Args:
        status: HTTP status.
        kind: OpenAI's `type`, such as invalid_request_error.
        code: stable code, ours or OpenAI's.
        message: in English, as in `locale/errors.en.toml` under HTTP; or a text of the policy, which stays as it is.
    """

    def __init__(
        self, status: int, kind: str, code: str, message: str, *, param: str | None = None, **more: Any
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self._message, self._kind, self._param, self._more = message, kind, param, more

    def body(self, lang: str) -> dict[str, Any]:
        """The body, its message in this language ("zh" or "en"); code and type are the same in both."""
        message = worded(HTTP, self._message, lang)
        return {
            "error": {"message": message, "type": self._kind, "param": self._param, "code": self.code},
            **self._more,
        }


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Request headers by lower-case name; the last of a repeated one."""
    return dict(scope["headers"])


class _Body:
    """A body that is awaited; gives up when the client falls silent for too long."""

    __slots__ = ("is_late", "task")

    def __init__(self, task: asyncio.Task[Any] | None) -> None:
        self.task = task
        self.is_late = False

    def overdue(self) -> None:
        self.is_late = True
        if self.task is not None:
            self.task.cancel()


async def read_body(receive: Receive, limit: int, patience: Sweep, loop: asyncio.AbstractEventLoop) -> bytes:
    """The whole request body. Raises ApiError 413 beyond `limit` bytes, 408 when the client falls silent."""
    pieces, size, body = [], 0, _Body(asyncio.current_task(loop))
    try:
        while True:
            patience.add(body)
            message = await receive()
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
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)
    except asyncio.CancelledError:
        if body.is_late and body.task is not None and not body.task.uncancel():
            problem = "The request body did not arrive in time."
            raise ApiError(408, "invalid_request_error", "request_timeout", problem) from None
        raise
    finally:
        patience.discard(body)


async def send_json(
    send: Send, status: int, body: bytes | Any, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    """A whole JSON answer."""
    data = body if isinstance(body, bytes) else encode_json(body)
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode()), *(headers or ())]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": data})
