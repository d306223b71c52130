"""Check a file that a user uploads, over HTTP: what a platform does before it spreads the file (平台核验).

Knows the request and the answer; the decision is `usecases.label_uploads`. The body is the file itself and goes to the disk as
it comes, so that its size costs no memory; it is gone when the answer has been given. With `/write` the answer is the file with
the platform's elements, and each such file leaves a receipt.

    POST /v1/labels/check    → JSON: category, attribute, evidence, label, breaks_c2pa, notice
    POST /v1/labels/write    → the file; category and the like in the header X-Hegui-Upload; 204 where article 6 asks for no label

Headers of the request: Authorization (an application's key), X-Hegui-File-Name (for formats without a signature),
X-Hegui-Declared (true, false; absent when nobody asked the user).
Rules: Labelling Measures article 6.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hegui.errors import HeguiError
from hegui.faces.gateway.http import ApiError, Receive, Scope, Send, headers_of, send_json
from hegui.faces.gateway.runtime import Runtime
from hegui.locale import message
from hegui.settings import Settings

if TYPE_CHECKING:
    from hegui.usecases.label_files import Written
    from hegui.usecases.label_uploads import Checked

__all__ = ["UPLOAD_PATHS", "clear_left_uploads", "serve_upload"]

UPLOAD_PATHS = ("/v1/labels/check", "/v1/labels/write")
FOLDER = "uploads"
"""Below the state folder."""

_log = logging.getLogger("hegui.gateway")

_PIECE = 1 << 20
_DECLARED = {b"": None, b"true": True, b"false": False}


async def serve_upload(runtime: Runtime, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one upload. Raises ApiError."""
    headers = headers_of(scope)
    if runtime.find(headers.get(b"authorization", b"").decode("latin-1")) is None:
        raise ApiError(401, "invalid_request_error", "invalid_api_key", "Unknown or ended API key.")
    if runtime.active > runtime.settings.server.max_streams:
        raise ApiError(429, "rate_limit_error", "too_many_streams", "Too many requests under way; try again shortly.")
    declared = _declared(headers)
    try:
        folder = runtime.settings.state_dir / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as own:
            path = Path(own, "upload" + _ending(headers))
            await _receive_into(path, receive, runtime.settings)
            answer, written = await _look(runtime, scope["path"], path, declared)
            if scope["path"] != UPLOAD_PATHS[0]:
                await _send_file(written, answer, send)
                return
    except ConnectionResetError:
        return  # the client has left; nothing of its file stays
    except OSError as error:
        _log.error("uploads cannot be kept in %s: %s", folder, error.strerror)
        problem = "Uploads cannot be taken in at the moment; try again later."
        raise ApiError(503, "api_error", "uploads_unavailable", problem) from None
    await send_json(send, 200, answer)


def clear_left_uploads(settings: Settings) -> None:
    """Remove what a worker that died left of uploads; no upload takes a day."""
    for place in (settings.state_dir / FOLDER).glob("*"):
        with suppress(OSError):
            if place.stat().st_mtime < time.time() - 86_400:
                rmtree(place)


async def _look(
    runtime: Runtime, kind: str, path: Path, declared: bool | None
) -> tuple[dict[str, Any], Written | None]:
    """The answer for a file, and what was written. Raises ApiError 422."""
    try:
        async with runtime.file_turns:
            checked, written = await asyncio.to_thread(_work, runtime, kind, path, declared)
    except HeguiError as error:
        raise ApiError(422, "invalid_request_error", error.code, error.problem) from None
    return _document(checked, runtime.settings.locale), written


def _ending(headers: dict[bytes, bytes]) -> str:
    """The ending of the name the client gave: all that is used of it."""
    name = unquote(headers.get(b"x-hegui-file-name", b"").decode("latin-1"))
    found = re.search(r"\.[a-z0-9]{1,8}$", name.lower())
    return found[0] if found else ""


def _declared(headers: dict[bytes, bytes]) -> bool | None:
    said = headers.get(b"x-hegui-declared", b"").strip().lower()
    if said not in _DECLARED:
        raise ApiError(400, "invalid_request_error", "invalid_header", "X-Hegui-Declared is true or false.")
    return _DECLARED[said]


async def _receive_into(path: Path, receive: Receive, settings: Settings) -> None:
    """The body into a file.

    Raises ApiError 413 beyond the limit, 408 when the client falls silent; ConnectionResetError when it has left.
    """
    limit, size = settings.label.max_upload_bytes, 0
    with path.open("xb") as file:
        while True:
            try:
                piece = await asyncio.wait_for(receive(), settings.server.body_idle_seconds)
            except TimeoutError:
                problem = "The request body did not arrive in time."
                raise ApiError(408, "invalid_request_error", "request_timeout", problem) from None
            if piece["type"] == "http.disconnect":
                raise ConnectionResetError
            data = piece.get("body", b"")
            size += len(data)
            if size > limit:
                problem = f"The file is larger than {limit} bytes, the limit of this gateway (label.max_upload_bytes)."
                raise ApiError(413, "invalid_request_error", "request_too_large", problem)
            if data:
                await asyncio.to_thread(file.write, data)
            if not piece.get("more_body"):
                return


def _work(runtime: Runtime, kind: str, path: Path, declared: bool | None) -> tuple[Checked, Written | None]:
    # The codecs come with the first upload: a gateway for text alone does not pay their memory.
    from hegui.usecases.label_uploads import check_upload, label_upload

    if kind == UPLOAD_PATHS[0]:
        return check_upload(path, declared=declared), None
    platform = runtime.settings.label.content_producer
    return label_upload(runtime.labelling(), path, platform, declared=declared)


def _document(checked: Checked, lang: str) -> dict[str, Any]:
    from hegui.usecases.label_uploads import upload_document

    attribute = checked.upload.attribute
    notice = message(f"label.notice.{checked.upload.category}", lang) if attribute else None
    return {**upload_document(checked), "notice": notice}


async def _send_file(written: Written | None, answer: dict[str, Any], send: Send) -> None:
    """The labelled file; of the answer only what is short goes into the head: a label may be as long as its file likes."""
    brief = {name: answer[name] for name in ("format", "category", "attribute", "breaks_c2pa", "notice")}
    head = [(b"x-hegui-upload", json.dumps(brief).encode("ascii"))]
    if written is None:
        await send({"type": "http.response.start", "status": 204, "headers": head})
        await send({"type": "http.response.body", "body": b""})
        return
    with written.path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        head += [(b"content-type", b"application/octet-stream"), (b"content-length", b"%d" % left)]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        while piece := await asyncio.to_thread(file.read, _PIECE):
            left -= len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
