"""A model server that does what a test tells it to, above all what a good one never would.

Knows sockets, HTTP/1.1 framing and the shapes of an OpenAI-compatible answer. Knows nothing of hegui.
Works as one asyncio server on a free loopback port in a thread of its own; a `Script` is what it plays for one
request: bytes to write, seconds to wait, an ending. A script is chosen when the whole request has arrived.
Shapes from: the OpenAI API reference (chat completions, completions, streaming).

    with ScriptedUpstream(sse(chat_stream(["你", "好"]), delay=0.01)) as upstream:
        call(upstream.url)                      # http://127.0.0.1:<port>/v1
        assert upstream.requests[0].json["model"] == "m"
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple

import orjson

from tests.support.patience import PATIENCE_SECONDS


class Ending(Enum):
    """How a script leaves the connection; without one it stays open for the next request."""

    CLOSE = auto()
    RESET = auto()
    HANG = auto()
    REFUSE = auto()


@dataclass(frozen=True)
class Script:
    """Bytes are written, numbers are slept (seconds), an ending ends."""

    steps: tuple[bytes | float | Ending, ...]


class Request(NamedTuple):
    """What arrived. Header names in lower case; `json` is None for an empty or unreadable body."""

    method: str
    path: str
    headers: dict[str, str]
    json: Any


Chooser = Callable[[Request], Script]
Cut = Callable[[bytes], Iterable[bytes]] | int | Sequence[bytes] | None


# Shapes of answers.


def chat_chunk(
    content: str | None = None, index: int = 0, *, finish_reason: str | None = None, **delta: Any
) -> dict[str, Any]:
    """One event of a chat stream; `delta` takes reasoning_content, tool_calls, refusal, role and the like."""
    if content is not None:
        delta["content"] = content
    choice = {"index": index, "delta": delta, "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def chat_stream(texts: Iterable[str], index: int = 0) -> list[dict[str, Any]]:
    """The events of a whole answer: the role, one event a text, the end."""
    first, last = chat_chunk("", index, role="assistant"), chat_chunk(None, index, finish_reason="stop")
    return [first, *(chat_chunk(text, index) for text in texts), last]


def chat_body(text: str, n: int = 1) -> dict[str, Any]:
    choices = [
        {"index": index, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for index in range(n)
    ]
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, **_USAGE}


def completion_body(text: str) -> dict[str, Any]:
    choice = {"index": 0, "text": text, "finish_reason": "stop", "logprobs": None}
    return {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "choices": [choice], **_USAGE}


_USAGE = {"usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}}


# Scripts: the good ones.


def raw(chunks: Iterable[bytes]) -> Script:
    """These bytes on the wire, one write each, and nothing else."""
    steps = [step for chunk in chunks for step in (0.0, chunk)]
    return Script(tuple(steps[1:]))


def json_body(content: Any, status: int = 200, content_type: str = "application/json") -> Script:
    """A whole answer with a Content-Length; bytes are sent as they are, anything else as JSON."""
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    head = f"HTTP/1.1 {status} Scripted\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return raw([head.encode() + body])


def sse(
    events: Iterable[bytes | str | dict[str, Any]],
    delay: float = 0.0,
    done: bool = True,
    cut: Cut = None,
    content_type: str = "text/event-stream",
) -> Script:
    """A stream of server-sent events in a chunked body.

    Args:
        events: a dict is sent as JSON, a str as the data of an event, bytes as they are.
        delay: seconds before each piece but the first.
        done: whether `data: [DONE]` ends it.
        cut: where the stream is cut into pieces, each a chunk and a write of its own: None between events; a seed
            for random cuts; the pieces themselves; or a function such as `every_byte`.
    """
    written = [_event(event) for event in events] + ([b"data: [DONE]\n\n"] if done else [])
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    steps: list[bytes | float | Ending] = [head.encode()]
    for number, piece in enumerate(_cut(written, cut)):
        steps += (delay if number else 0.0, b"%x\r\n%b\r\n" % (len(piece), piece))
    return Script((*steps, 0.0, b"0\r\n\r\n"))


def every_byte(stream: bytes) -> list[bytes]:
    """A cut that leaves one byte a piece."""
    return [stream[at : at + 1] for at in range(len(stream))]


def _event(event: bytes | str | dict[str, Any]) -> bytes:
    if isinstance(event, bytes):
        return event
    return b"data: %b\n\n" % (event.encode() if isinstance(event, str) else orjson.dumps(event))


def _cut(written: list[bytes], cut: Cut) -> list[bytes]:
    stream = b"".join(written)
    if cut is None:
        pieces = written
    elif isinstance(cut, int):
        places = sorted(random.Random(cut).sample(range(1, len(stream)), k=min(len(stream) - 1, 2 * len(written))))
        pieces = [stream[start:end] for start, end in zip([0, *places], [*places, None], strict=True)]
    else:
        pieces = list(cut(stream) if callable(cut) else cut)
    assert b"".join(pieces) == stream, "a cut must give back the whole stream"
    return [piece for piece in pieces if piece]


# Scripts: the bad ones.


def refuse() -> Script:
    """Set as `upstream.script` before the call, connections are refused. Chosen for a request: reset at once."""
    return Script((Ending.REFUSE,))


def hang(after: Script | None = None) -> Script:
    """Say nothing until the client leaves, or nothing more after `after` short of its last step."""
    return Script((*(after.steps[:-1] if after else ()), Ending.HANG))


def reset_after(n_events: int, events: Iterable[bytes | str | dict[str, Any]] | None = None) -> Script:
    """Stream `n_events`, then reset the connection (RST)."""
    started = sse(list(events or chat_stream("hello"))[:n_events], done=False).steps[:-1]
    return Script((*started, 0.05, Ending.RESET))  # a reset that overtakes the bytes would take them along


def close_after(n_bytes: int, script: Script | None = None) -> Script:
    """Send the first `n_bytes` of the head and body of `script`, then close in good order."""
    wire = b"".join(step for step in (script or sse(chat_stream("hello"))).steps if isinstance(step, bytes))
    return Script((wire[:n_bytes], Ending.CLOSE))


def malformed() -> Script:
    """Bytes that are no HTTP."""
    return Script((b"SSH-2.0-OpenSSH_9.6\r\n", 0.0, Ending.CLOSE))


def oversized_event(n: int) -> Script:
    """A stream with one event whose text is `n` characters long."""
    return sse(chat_stream(["a" * n]))


def wrong_content_type() -> Script:
    """A page where an answer was asked for."""
    return json_body(b"<html><body>It works!</body></html>", content_type="text/html")


def missing_done() -> Script:
    """A stream that ends well but for its `[DONE]`."""
    return sse(chat_stream(["hello"]), done=False)


# The server.


class ScriptedUpstream:
    """The server; a context manager.

    Attributes:
        url: base URL, ends in /v1.
        requests: all that arrived, in order.
        connections: opened so far, count.
        cancelled: set when a client closed before its script had ended; the moments (`time.monotonic`, seconds)
            are in `cancelled_at`.
        script: a `Script` for every request, or a function from the `Request` to one; may be set at any time.
    """

    def __init__(self, script: Script | Chooser | None = None) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.cancelled = threading.Event()
        self.cancelled_at: list[float] = []
        self.open: set[_Connection] = set()
        self._script: Script | Chooser = script or json_body(chat_body("hello"))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="scripted upstream", daemon=True)
        self._server: asyncio.Server | None = None
        self._port = 0

    def __enter__(self) -> ScriptedUpstream:
        self._thread.start()
        self._call(self._listen())
        self.script = self._script
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._refuse())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def script(self) -> Script | Chooser:
        return self._script

    @script.setter
    def script(self, script: Script | Chooser) -> None:
        self._script = script
        if self._thread.is_alive():
            self._call(self._refuse() if script == refuse() else self._listen())

    def choose(self, request: Request) -> Script:
        self.requests.append(request)
        try:
            return self._script if isinstance(self._script, Script) else self._script(request)
        except Exception as error:  # a slip in the test: let it be seen there
            return json_body({"error": {"message": f"the script failed: {error!r}"}}, status=500)

    def _call(self, coroutine: Any) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=PATIENCE_SECONDS)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await self._loop.create_server(lambda: _Connection(self), "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def _refuse(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in tuple(self.open):
            connection.drop()
            await connection.lost.wait()


class _Connection(asyncio.Protocol):
    """Reads requests with a Content-Length one by one and plays a script for each."""

    def __init__(self, upstream: ScriptedUpstream) -> None:
        self._upstream = upstream
        self._received = b""
        self._playing: asyncio.Task[None] | None = None
        self.lost = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._upstream.connections += 1
        self._upstream.open.add(self)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._playing is None:
            self._next()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()
        self._upstream.open.discard(self)
        if self._playing is not None:
            self._upstream.cancelled_at.append(time.monotonic())
            self._upstream.cancelled.set()
            self._playing.cancel()

    def drop(self) -> None:
        """Close from our side: no cancellation by the client."""
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None
        self._transport.abort()

    def _next(self) -> None:
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self._received = rest[length:]
        method, path, _ = first.split(" ")
        script = self._upstream.choose(Request(method, path, headers, _json(rest[:length])))
        self._playing = asyncio.get_running_loop().create_task(self._play(script))

    async def _play(self, script: Script) -> None:
        for step in script.steps:
            if isinstance(step, bytes):
                self._transport.write(step)
                await self._writable.wait()
            elif step is Ending.HANG:
                await asyncio.Event().wait()
            elif isinstance(step, Ending):
                self._playing = None
                self._end(step)
                return
            else:
                await asyncio.sleep(step)
        self._playing = None
        self._next()

    def _end(self, ending: Ending) -> None:
        if ending is Ending.CLOSE:
            self._transport.close()
            return
        connected: socket.socket = self._transport.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
