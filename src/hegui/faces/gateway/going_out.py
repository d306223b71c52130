"""How an answer leaves: its head, its last bytes after the record is durable, an error in the place of what is left.

Knows the order of record and bytes, and whether anything has been sent; knows no screen and no upstream. The record is made
when it is asked for, by whom it belongs to. Rule 1: exactly one record is made of an admitted request. Rule 2: with durability
"before_last_byte" the last bytes leave only after it is durable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hegui.errors import InternalError
from hegui.faces.gateway.account import Account
from hegui.faces.gateway.http import ApiError, Send, send_json
from hegui.faces.gateway.runtime import Runtime
from hegui.moderate.wire import DONE, encode_json, framed
from hegui.usecases.ports import Recordable
from hegui.vault.parts import ANSWER

__all__ = ["GoingOut"]


class GoingOut:
    """What one exchange sends.

    Attributes:
        is_recorded: whether the record was handed over.
    """

    __slots__ = ("_account", "_make", "_runtime", "_started", "is_recorded")

    def __init__(self, runtime: Runtime, account: Account, make: Callable[[], Recordable]) -> None:
        self._runtime, self._account, self._make = runtime, account, make
        self._started = self.is_recorded = False

    async def start_stream(self, send: Send) -> None:
        """Send the head of a stream."""
        self._account.status = 200
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-cache"),
            self._number,
        ]
        self._started = True
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def end_stream(self, send: Send, last: bytes) -> None:
        """Send the last bytes of a stream, once the record is durable."""
        if self._runtime.keeps_content:
            self._account.keep(ANSWER, last)
        await self._durable()
        await send({"type": "http.response.body", "body": last})

    async def finish(self, send: Send, status: int, body: bytes) -> None:
        """Send a whole JSON answer, once the record is durable."""
        await self.hand_out(send, status, body, [(b"content-type", b"application/json")])

    async def hand_out(self, send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        """Send a whole answer under these headers, once the record is durable."""
        self._account.status = status
        if self._runtime.keeps_content:
            self._account.keep(ANSWER, body)
        await self._durable()
        self._started = True
        head = [*headers, (b"content-length", str(len(body)).encode()), self._number]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})

    async def fail(self, send: Send, error: ApiError) -> None:
        """Send an error, or end with it what has begun."""
        body = encode_json(error.body(self._runtime.settings.locale))
        if self._started:  # an answer has begun; its end is all that can still be said
            await send({"type": "http.response.body", "body": framed(body) + DONE})
            return
        self._account.status = error.status
        if self._account.key is not None and not self.is_recorded:
            if error.status in (429, 503):  # nothing was answered, and the database may be what is in trouble
                self.record()
            else:
                await self._durable()
        self._started = True
        await send_json(send, error.status, body, [self._number])

    def record(self) -> None:
        """Hand the record over without waiting for it."""
        self.is_recorded = True
        self._runtime.recorder.hand_over(self._make())

    @property
    def _number(self) -> tuple[bytes, bytes]:
        return b"x-hegui-exchange", self._account.exchange_id.encode()

    async def _durable(self) -> None:
        if self._runtime.settings.evidence.durability != "before_last_byte":
            self.record()
            return
        self.is_recorded = True
        try:
            await asyncio.shield(asyncio.ensure_future(self._runtime.recorder.record(self._make())))
        except InternalError as error:
            raise ApiError(503, "api_error", error.code, "The record of this answer could not be written.") from None
