"""Answer a witness's one request over HTTP: `POST /add-checkpoint`.

Knows HTTP; the decision is the use case's. A body beyond what a request can be is refused before it is read to its end.
Rules: C2SP tlog-witness.
"""

from __future__ import annotations

import asyncio
import logging

from hegui.errors import HeguiError
from hegui.faces.ledger_api.app import Receive, Scope, Send
from hegui.ledger.note import MAX_NOTE_BYTES
from hegui.usecases.ledger_cosign import CosignAnswer, WitnessHome, cosign, witness_key

__all__ = ["MAX_REQUEST", "WitnessApp"]

_log = logging.getLogger("hegui.witness")

MAX_REQUEST = MAX_NOTE_BYTES + 4096
"""Bytes of a body: an old size, 63 hashes in base64, a checkpoint."""
BODY_SECONDS = 30.0


class _TooLarge(Exception):
    """A body beyond MAX_REQUEST."""


class WitnessApp:
    """The ASGI application of a witness."""

    def __init__(self, home: WitnessHome, *, body_seconds: float = BODY_SECONDS) -> None:
        self._home = home
        self._signer = witness_key(home)
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            answer = await self._answer(path, scope["method"], receive)
            await _send(send, answer)

    async def _answer(self, path: str, method: str, receive: Receive) -> CosignAnswer:
        if path != "/add-checkpoint":
            return CosignAnswer(404, b"not found\n")
        if method != "POST":
            return CosignAnswer(405, b"method not allowed\n")
        try:
            body = await asyncio.wait_for(_read(receive), self._body_seconds)
        except _TooLarge:
            return CosignAnswer(413, b"the body is too large\n")
        except TimeoutError:
            return CosignAnswer(408, b"the body did not arrive in time\n")
        try:
            return await asyncio.to_thread(cosign, self._home, self._signer, body)
        except HeguiError as error:
            _log.error("%s", error)
            return CosignAnswer(503, b"the witness cannot remember at the moment\n")


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        body += message.get("body", b"")
        if len(body) > MAX_REQUEST:
            raise _TooLarge
        if not message.get("more_body"):
            return bytes(body)


async def _send(send: Send, answer: CosignAnswer) -> None:
    kind = b"text/x.tlog.size" if answer.status == 409 else b"text/plain; charset=utf-8"
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(answer.body)), (b"cache-control", b"no-store")]
    if answer.status == 405:
        headers.append((b"allow", b"POST"))
    if answer.status in (408, 413):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
