"""Show the public files of a log to anyone: the read API of C2SP tlog-tiles, as a raw ASGI application.

Knows paths of a log and nothing else: what is no such path, or lies beyond the published size, is not there. Works in
constant memory, reading and sending a piece at a time. Files within the published size never change, so they may be kept by
every cache; the checkpoint must be asked for again.
Rules: docs/ledger-format.md §3 and §6; C2SP tlog-tiles.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from hegui.errors import HeguiError, InputError
from hegui.ledger.checkpoint import Checkpoint
from hegui.ledger.note import MAX_NOTE_BYTES, Note
from hegui.ledger.rotation import KEYS_PATH
from hegui.ledger.second import SECOND_KEYS_PATH
from hegui.ledger.tiles import CHECKPOINT_PATH, TILE_HEIGHT, TILE_WIDTH, Tile

__all__ = ["LedgerApp", "OpenFile"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]

OpenFile = Callable[[str], BinaryIO | None]
"""Path below the prefix → the file, to be read; None where there is none."""

PIECE = 64 << 10
_FOREVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")
_NOT_KEPT: Header = (b"cache-control", b"no-cache")
_TEXT: Header = (b"content-type", b"text/plain; charset=utf-8")
_BYTES: Header = (b"content-type", b"application/octet-stream")
_ROTATION = re.compile(r"(?:rotation|sm2)/(?:0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True)
class _Found:
    """A file and how much of it is the answer."""

    file: BinaryIO
    length: int
    headers: tuple[Header, ...]


class LedgerApp:
    """The ASGI application; `scope["root_path"]` is where it is mounted."""

    def __init__(self, open_file: OpenFile) -> None:
        self._open_file = open_file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["method"] not in ("GET", "HEAD"):
            await _say(send, 405, b"method not allowed\n", (b"allow", b"GET, HEAD"))
            return
        path = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix("/")
        try:
            found = await asyncio.to_thread(self._find, path)
        except (HeguiError, OSError):
            await _say(send, 503, b"the ledger cannot be read\n")
            return
        if found is None:
            await _say(send, 404, b"not found\n", with_body=scope["method"] == "GET")
            return
        try:
            await _send_file(send, found, with_body=scope["method"] == "GET")
        finally:
            found.file.close()

    def _find(self, path: str) -> _Found | None:
        """The file that answers, positioned at its beginning; None for what is not there."""
        if path in (CHECKPOINT_PATH, KEYS_PATH, SECOND_KEYS_PATH, "checkpoint.stamped"):
            return self._whole(path, _TEXT, _NOT_KEPT)
        if path == "checkpoint.tsr":
            return self._whole(path, (b"content-type", b"application/timestamp-reply"), _NOT_KEPT)
        if _ROTATION.fullmatch(path):
            return self._whole(path, _TEXT, _FOREVER)
        try:
            tile = Tile.parse(path)
        except InputError:
            return None
        if tile.index * TILE_WIDTH + tile.width > self._published_size() >> (TILE_HEIGHT * (tile.level or 0)):
            return None
        found = self._whole(path, _BYTES, _FOREVER)
        if found is None and not tile.is_full:
            whole = self._whole(tile.full.path, _BYTES, _FOREVER)
            found = None if whole is None else _beginning(whole, tile)
        return found

    def _whole(self, path: str, *headers: Header) -> _Found | None:
        file = self._open_file(path)
        if file is None:
            return None
        length = file.seek(0, 2)
        file.seek(0)
        return _Found(file, length, headers)

    def _published_size(self) -> int:
        """What the published checkpoint says; it is our own, and was checked by whoever wrote it."""
        file = self._open_file(CHECKPOINT_PATH)
        if file is None:
            return 0
        with file:
            return Checkpoint.parse(Note.parse(file.read(MAX_NOTE_BYTES + 1)).text).size


def _beginning(whole: _Found, tile: Tile) -> _Found:
    """So much of the full file as the partial one had."""
    if tile.level is not None:
        return _Found(whole.file, tile.width * 32, whole.headers)
    file, end = whole.file, 0
    for _ in range(tile.width):
        length = file.read(2)
        end += 2 + int.from_bytes(length, "big")
        file.seek(end)
    file.seek(0)
    return _Found(file, end, whole.headers)


async def _send_file(send: Send, found: _Found, *, with_body: bool) -> None:
    headers = [*found.headers, (b"content-length", b"%d" % found.length), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    left = found.length if with_body else 0
    while left:
        piece = await asyncio.to_thread(found.file.read, min(PIECE, left))
        if not piece:
            raise OSError("the file ended before its length")  # the connection is cut, and the client sees it
        left -= len(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": bool(left)})
    if not found.length or not with_body:
        await send({"type": "http.response.body", "body": b""})


async def _say(send: Send, status: int, text: bytes, *headers: Header, with_body: bool = True) -> None:
    head = [_TEXT, (b"content-length", b"%d" % len(text)), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": text if with_body else b""})
