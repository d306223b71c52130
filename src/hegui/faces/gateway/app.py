"""The gateway as a raw ASGI application: routes, health, models; each model request is a `GatewayExchange`.

Knows paths and methods; knows no screen. Works without a framework, since it is the hot path (DESIGN §8).
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from itertools import chain
from typing import Any

from hegui.errors import UpstreamError
from hegui.faces.gateway.account import Account
from hegui.faces.gateway.exchange import KINDS, GatewayExchange
from hegui.faces.gateway.guard_metrics import guard_metrics
from hegui.faces.gateway.guards import Guards
from hegui.faces.gateway.health import CONTENT_TYPE, Metric, exposition, health, metrics, readiness
from hegui.faces.gateway.http import ApiError, Receive, Scope, Send, headers_of, send_json
from hegui.faces.gateway.media import media_type_of
from hegui.faces.gateway.runtime import Runtime
from hegui.faces.gateway.uploads import UPLOAD_PATHS, clear_left_uploads, serve_upload
from hegui.faces.gateway.upstream import UpstreamLimits, UpstreamPool
from hegui.faces.ledger_api.app import LedgerApp
from hegui.locale.errors import templates
from hegui.moderate.wire import decode_json
from hegui.usecases.identifiers import RANDOM_BYTES, RandomBytes, new_exchange_id
from hegui.usecases.ports import EvidenceMover

__all__ = ["GatewayApp"]

_LOCAL = ("127.0.0.1", "::1", "::ffff:127.0.0.1")

_log = logging.getLogger("hegui.gateway")


class GatewayApp:
    """The ASGI application of one worker; with a ledger, its public files are shown to anyone below /ledger/."""

    def __init__(
        self, runtime: Runtime, evidence: EvidenceMover | None = None, ledger: LedgerApp | None = None
    ) -> None:
        self._runtime = runtime
        self._evidence = evidence
        self._ledger = ledger
        limits = runtime.settings.upstream
        self._pool = UpstreamPool(
            UpstreamLimits(
                connect_seconds=limits.connect_seconds,
                first_byte_seconds=limits.first_byte_seconds,
                idle_seconds=limits.idle_seconds,
            ),
            ca_file=str(limits.ca_file) if limits.ca_file else None,
        )
        if runtime.described_guards:
            runtime.guards = Guards(runtime.described_guards, self._pool, os.environ)
        self._chance = RandomBytes(os.urandom)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._refresher: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        kind = KINDS.get(path)
        try:
            self._check_head(scope)
            if kind is not None and method == "POST":
                await self._exchange(kind, path, scope, receive, send)
            elif path in UPLOAD_PATHS and method == "POST":
                await self._upload(scope, receive, send)
            elif kind is not None or path in UPLOAD_PATHS:
                raise ApiError(405, "invalid_request_error", "method_not_allowed", f"{path} takes POST.")
            elif path == "/healthz":
                await send_json(send, 200, await asyncio.to_thread(health, self._runtime))
            elif path == "/readyz":
                await send_json(send, *readiness(self._runtime))
            elif path == "/metrics" and self._shows_metrics_to(scope):
                await self._metrics(send)
            elif path == "/v1/models" or path.startswith("/v1/models/"):
                await self._models(path, scope, send)
            elif path.startswith("/media/") and method in ("GET", "HEAD"):
                await self._media(path.removeprefix("/media/"), send)
            elif self._ledger is not None and path.startswith("/ledger/"):
                await self._ledger({**scope, "root_path": "/ledger"}, receive, send)
            else:
                raise ApiError(404, "invalid_request_error", "unknown_url", f"No such path: {path[:200]}")
        except ApiError as error:
            await send_json(send, error.status, error.body(self._runtime.settings.locale))

    def _check_head(self, scope: Scope) -> None:
        limit = self._runtime.settings.server.max_header_bytes
        if sum([len(name) + len(value) for name, value in scope["headers"]]) > limit:
            problem = (
                f"The request head is larger than {limit} bytes, the limit of this gateway (server.max_header_bytes)."
            )
            raise ApiError(431, "invalid_request_error", "request_head_too_large", problem)

    async def _exchange(self, kind: str, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        runtime = self._runtime
        now = runtime.clock()
        number = new_exchange_id(int(now.timestamp() * 1000), self._chance.take(RANDOM_BYTES))
        account = Account(number, path, now, most_content=runtime.settings.vault.max_content_bytes)
        exchange = GatewayExchange(runtime, self._pool, account, kind, self._loop or self._find_loop())
        runtime.active += 1
        try:
            await exchange.run(scope, receive, send)
        finally:
            runtime.active -= 1

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._runtime.active += 1
        try:
            await serve_upload(self._runtime, scope, receive, send)
        finally:
            self._runtime.active -= 1

    def _find_loop(self) -> asyncio.AbstractEventLoop:
        """The loop this worker serves on; asked for once, since asking is a system call."""
        self._loop = asyncio.get_running_loop()
        return self._loop

    def _shows_metrics_to(self, scope: Scope) -> bool:
        client = scope.get("client")
        shown_to = self._runtime.settings.server.metrics
        return shown_to == "any" or (shown_to == "local" and (client is None or client[0] in _LOCAL))

    async def _metrics(self, send: Send) -> None:
        page = await asyncio.to_thread(lambda: exposition(chain(metrics(self._runtime), self._guard_metrics())))
        head = [(b"content-type", CONTENT_TYPE), (b"content-length", b"%d" % len(page))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": page})

    def _guard_metrics(self) -> Iterator[Metric]:
        guards = self._runtime.guards
        return iter(()) if guards is None else guard_metrics(guards.counters)

    async def _media(self, name: str, send: Send) -> None:
        """A labelled picture; its name is the key to it."""
        data = await asyncio.to_thread(self._runtime.media.get, name)
        if data is None:
            raise ApiError(404, "invalid_request_error", "unknown_url", "No such file, or no longer.")
        head = [
            (b"content-type", media_type_of(name).encode()),
            (b"content-length", b"%d" % len(data)),
            (b"cache-control", b"private, no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", b"default-src 'none'; sandbox"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": data})

    async def _models(self, path: str, scope: Scope, send: Send) -> None:
        """The upstream's models, as far as the application may use them."""
        found = self._runtime.find(headers_of(scope).get(b"authorization", b"").decode("latin-1"))
        if found is None:
            raise ApiError(401, "invalid_request_error", "invalid_api_key", "Unknown or ended API key.")
        _, application = found
        headers = [(b"accept", b"application/json")]
        if credential := self._runtime.upstream_credential(application):
            headers.append((b"authorization", b"Bearer " + credential.encode()))
        try:
            upstream = await self._pool.send("GET", application.upstream + "/models", headers, b"")
            body = b""
            while piece := await upstream.read():
                body += piece
                if len(body) > self._runtime.settings.upstream.max_body_bytes:
                    upstream.abort()
                    raise ApiError(502, "api_error", "upstream_oversized_body", "The list of models is too large.")
            value: Any = decode_json(body)
        except UpstreamError as error:
            raise ApiError(502, "api_error", error.code, f"The model server failed ({error.code}).") from None
        except ValueError:
            raise ApiError(502, "api_error", "upstream_malformed", "The list of models is not JSON.") from None
        rows = value.get("data") if type(value) is dict else None
        if type(rows) is not list:
            raise ApiError(502, "api_error", "upstream_malformed", "The list of models is not what it should be.")
        rows = [row for row in rows if type(row) is dict]
        allowed = [row for row in rows if not application.models or row.get("id") in application.models]
        if path == "/v1/models":
            await send_json(send, 200, {**value, "data": allowed})
            return
        wanted = path.removeprefix("/v1/models/")
        for row in allowed:
            if row.get("id") == wanted:
                await send_json(send, 200, row)
                return
        raise ApiError(404, "invalid_request_error", "model_not_found", f"The model {wanted[:100]!r} does not exist.")

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await asyncio.to_thread(templates)  # read once, so that no error holds up the streams beside it
                await asyncio.to_thread(clear_left_uploads, self._runtime.settings)
                await asyncio.to_thread(self._runtime.refresh)  # a key may have been made since the runtime was
                self._refresher = asyncio.create_task(self._runtime.keep_fresh())
                if self._evidence is not None:
                    self._evidence.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._refresher is not None:
                    self._refresher.cancel()
                if self._runtime.guards is not None:
                    self._runtime.guards.close()
                await self._pool.close()
                await asyncio.to_thread(self._runtime.recorder.close)
                if self._evidence is not None:
                    await asyncio.to_thread(self._evidence.stop)
                await send({"type": "lifespan.shutdown.complete"})
                return
