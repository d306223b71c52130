"""Play an OpenAI-compatible model server without having a model, so that hegui can be tried out at once.

Knows the shapes of chat completions, completions, embeddings and the list of models, streamed and not. Knows no
model, no rules and nothing of the gateway before it. Whatever it says, it says that it is a demonstration, unless
told what to say: a message that begins `repeat:` or `复述：` is answered with exactly what follows (less one space
after the colon), so that a newcomer can put any words into its mouth and watch the answer being screened.
Works as a raw ASGI application: an answer is a list of tokens, sent at once or one by one at a steady pace; waiting
for the pace and watching whether the client leaves is one and the same wait.
Shapes from: the OpenAI API reference. Usage counts our own tokens: one or two Chinese characters, or a word.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import math
import re
import struct
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import count, zip_longest
from typing import Any

import orjson

from hegui.faces.demo.media import pictures, speech

__all__ = ["MODEL", "DemoApp"]

MODEL = "hegui-demo"

_Object = dict[str, Any]
_Events = Iterator[list[_Object]]
"""A stream: what to send together, between two waits."""
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_REPEAT = re.compile(r"\s*(?:repeat|复述)[:：] ?(.*)", re.IGNORECASE | re.DOTALL)
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_TOKEN = re.compile(r"\s*(?:[\u3400-\u4dbf\u4e00-\u9fff]{1,2}|[^\s\u3400-\u4dbf\u4e00-\u9fff]+)|\s+")
_HELLO_ZH = (
    "你好！这里是 hegui 自带的演示，后面没有真正的模型，所以我答不了你的问题。"
    "请发送“复述：”再加上任意文字，我会原样说出来，你就能看到回答是怎样经过审核的。"
)
_HELLO_EN = (
    "Hello! This is the demonstration that comes with hegui. There is no model behind it, so I cannot answer you. "
    "Send “repeat:” and any words: I will say exactly those, and you can watch the answer being screened."
)
_MOST_BYTES = 32 * 1024 * 1024
_MOST_CHOICES = 16
_MOST_DIMENSIONS = 2048


class _RefusedError(Exception):
    """A request that cannot be answered."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class DemoApp:
    """The ASGI application.

    Args:
        pace_seconds: between two tokens of a stream.
        clock: seconds since the epoch, for `created`.
    """

    def __init__(self, *, pace_seconds: float = 0.015, clock: Callable[[], float] = time.time) -> None:
        self._pace = pace_seconds
        self._clock = clock
        self._numbers = count(1)

    async def __call__(self, scope: MutableMapping[str, Any], receive: _Receive, send: _Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        if scope["type"] != "http":
            return
        try:
            answer = self._route(scope["method"], scope["path"], await _body(receive))
        except _RefusedError as refused:
            error = {"message": refused.message, "type": "invalid_request_error", "param": None, "code": None}
            await _send_json(send, {"error": error}, refused.status)
        else:
            if isinstance(answer, bytes):
                await _send_head(send, 200, b"audio/wav")
                await send({"type": "http.response.body", "body": answer})
            else:
                await (_send_json(send, answer) if isinstance(answer, dict) else self._stream(answer, receive, send))

    def _route(self, method: str, path: str, body: bytes) -> _Object | _Events | bytes:
        model = {
            "id": MODEL,
            "object": "model",
            "created": int(self._clock()),
            "owned_by": "hegui demonstration, not a model",
        }
        match method, path:
            case "GET", "/v1/models":
                return {"object": "list", "data": [model]}
            case "GET", "/v1/models/hegui-demo":
                return model
            case "POST", "/v1/chat/completions":
                return self._chat(_request(body))
            case "POST", "/v1/completions":
                return self._completion(_request(body))
            case "POST", "/v1/embeddings":
                return _embeddings(_request(body))
            case "POST", "/v1/images/generations":
                request = _request(body)
                count = _whole_number(request, "n", 1, _MOST_CHOICES)
                return pictures(str(request.get("prompt", "")), count, int(self._clock()))
            case "POST", "/v1/audio/speech":
                return speech(str(_request(body).get("input", "")))
        raise _RefusedError(
            404,
            f"The hegui demonstration has no {method} {path}. It offers POST /v1/chat/completions, "
            "POST /v1/completions, POST /v1/embeddings, POST /v1/images/generations, POST /v1/audio/speech and GET /v1/models.",
        )

    def _chat(self, request: _Object) -> _Object | _Events:
        messages = request.get("messages")
        if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
            raise _RefusedError(400, "`messages` must be a list of objects.")
        asked = next((_text(m.get("content")) for m in reversed(messages) if m.get("role") == "user"), "")
        saying = _calling(request, asked) or _saying(request, asked)
        said = [saying] * _whole_number(request, "n", 1, _MOST_CHOICES)
        usage = _usage(sum(4 + len(_tokens(_text(message.get("content")))) for message in messages), said)
        if request.get("stream"):
            return _stream(self._head("chatcmpl", "chat.completion.chunk"), said, _chat_delta, usage, request)
        choices = [
            {"index": i, "message": _message(one, i), "logprobs": None, "finish_reason": one.finish}
            for i, one in enumerate(said)
        ]
        return self._head("chatcmpl", "chat.completion") | {"choices": choices, "usage": usage}

    def _completion(self, request: _Object) -> _Object | _Events:
        given = request.get("prompt", "")
        prompts = given if isinstance(given, list) else [given]
        if not all(isinstance(prompt, str) for prompt in prompts):
            raise _RefusedError(400, "`prompt` must be a string or a list of strings.")
        n = _whole_number(request, "n", 1, _MOST_CHOICES)
        said = [saying for prompt in prompts for saying in [_saying(request, prompt)] * n]
        usage = _usage(sum(len(_tokens(prompt)) for prompt in prompts), said)
        head = self._head("cmpl", "text_completion")
        if request.get("stream"):
            return _stream(head, said, _text_delta, usage, request)
        choices = [
            {"index": i, "text": "".join(one.tokens), "logprobs": None, "finish_reason": one.finish}
            for i, one in enumerate(said)
        ]
        return head | {"choices": choices, "usage": usage}

    def _head(self, prefix: str, kind: str) -> _Object:
        return {
            "id": f"{prefix}-demo-{next(self._numbers)}",
            "object": kind,
            "created": int(self._clock()),
            "model": MODEL,
            "system_fingerprint": MODEL,
        }

    async def _stream(self, events: _Events, receive: _Receive, send: _Send) -> None:
        await _send_head(send, 200, b"text/event-stream; charset=utf-8")
        gone = asyncio.ensure_future(receive())  # the request is read: all that can come is that the client leaves
        try:
            for together in events:
                body = b"".join(b"data: %b\n\n" % orjson.dumps(event) for event in together)
                await send({"type": "http.response.body", "body": body, "more_body": True})
                await asyncio.wait({gone}, timeout=self._pace)
                if gone.done():
                    return
            await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})
        finally:
            gone.cancel()


# What is said.


@dataclass(frozen=True, slots=True)
class _Saying:
    """One choice of an answer: its tokens, why it ends, and the tool called if the tokens are arguments."""

    tokens: tuple[str, ...]
    finish: str
    tool: str = ""


def _tokens(text: str) -> tuple[str, ...]:
    """Pieces that make up `text` again.

    >>> _tokens("演示用 a demo.")
    ('演示', '用', ' a', ' demo.')
    """
    return tuple(_TOKEN.findall(text))


def _answer(asked: str) -> str:
    """What to say to the message `asked`, in its own language."""
    repeated = _REPEAT.fullmatch(asked)
    if repeated:
        return repeated[1]
    return _HELLO_ZH if _CHINESE.search(asked) else _HELLO_EN


def _saying(request: _Object, asked: str) -> _Saying:
    tokens = _tokens(_answer(asked))
    limited = "max_completion_tokens" if request.get("max_completion_tokens") is not None else "max_tokens"
    most = _whole_number(request, limited, max(len(tokens), 1), 2**31)
    return _Saying(tokens[:most], "stop" if most >= len(tokens) else "length")


def _calling(request: _Object, asked: str) -> _Saying | None:
    """A call of the first tool offered, if the message speaks of a tool; each text argument is the answer."""
    tools = request.get("tools")
    if not tools or "tool" not in asked.lower():
        return None
    try:
        function = tools[0]["function"]
        name = str(function["name"])
        properties = ((function.get("parameters") or {}).get("properties") or {}).items()
        arguments = {key: _answer(asked) for key, schema in properties if schema.get("type") == "string"}
    except (AttributeError, KeyError, TypeError) as error:
        raise _RefusedError(400, "`tools` must be a list of functions with a name.") from error
    return _Saying(_tokens(orjson.dumps(arguments).decode()), "tool_calls", name)


# How it is put.


def _message(saying: _Saying, index: int) -> _Object:
    text = "".join(saying.tokens)
    if not saying.tool:
        return {"role": "assistant", "content": text, "refusal": None}
    call = {"id": f"call_demo_{index}", "type": "function", "function": {"name": saying.tool, "arguments": text}}
    return {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]}


def _chat_delta(index: int, saying: _Saying, token: str | None, finish: str | None) -> _Object:
    """A choice of an event: its opening (no token, no finish), a token, or its end."""
    delta: _Object = {}
    if token is not None and saying.tool:
        delta = {"tool_calls": [{"index": 0, "function": {"arguments": token}}]}
    elif token is not None:
        delta = {"content": token}
    elif finish is None:
        delta = _message(_Saying((), "", saying.tool), index)
        for call in delta.get("tool_calls", ()):
            call["index"] = 0
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}


def _text_delta(index: int, saying: _Saying, token: str | None, finish: str | None) -> _Object:
    return {"index": index, "text": token or "", "logprobs": None, "finish_reason": finish}


def _stream(
    head: _Object,
    said: Sequence[_Saying],
    delta: Callable[[int, _Saying, str | None, str | None], _Object],
    usage: _Object,
    request: _Object,
) -> _Events:
    counted = bool((request.get("stream_options") or {}).get("include_usage"))
    head = head | ({"usage": None} if counted else {})
    choices = list(enumerate(said))
    yield [head | {"choices": [delta(i, one, None, None)]} for i, one in choices]
    for tokens in zip_longest(*(one.tokens for one in said)):
        together = [
            head | {"choices": [delta(i, one, token, None)]}
            for (i, one), token in zip(choices, tokens, strict=True)
            if token is not None
        ]
        yield together
    yield [head | {"choices": [delta(i, one, None, one.finish)]} for i, one in choices]
    if counted:
        yield [head | {"choices": [], "usage": usage}]


def _usage(prompt: int, said: Sequence[_Saying]) -> _Object:
    completion = sum(len(saying.tokens) for saying in said)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _embeddings(request: _Object) -> _Object:
    given = request.get("input", "")
    inputs = given if isinstance(given, list) and not all(isinstance(item, int) for item in given) else [given]
    size = _whole_number(request, "dimensions", 8, _MOST_DIMENSIONS)
    data = [
        {"object": "embedding", "index": i, "embedding": _encoded(_vector(str(item), size), request)}
        for i, item in enumerate(inputs)
    ]
    counted = sum(len(_tokens(str(item))) for item in inputs)
    usage = {"prompt_tokens": counted, "total_tokens": counted}
    return {"object": "list", "data": data, "model": MODEL, "usage": usage}


def _vector(text: str, size: int) -> list[float]:
    """A unit vector that depends on the text alone and means nothing; `size` numbers."""
    digest = hashlib.shake_256(text.encode()).digest(2 * size)
    numbers = [number + 0.5 for number in struct.unpack(f"<{size}h", digest)]
    length = math.hypot(*numbers)
    return [number / length for number in numbers]


def _encoded(vector: list[float], request: _Object) -> list[float] | str:
    if request.get("encoding_format") != "base64":
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


# How a request is read.


def _request(body: bytes) -> _Object:
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _RefusedError(400, "The body is not JSON.") from error
    if not isinstance(request, dict) or not isinstance(request.get("stream_options") or {}, dict):
        raise _RefusedError(400, "The body and its `stream_options` must be JSON objects.")
    return request


def _whole_number(request: _Object, name: str, default: int, most: int) -> int:
    value = request.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or not 1 <= value <= most:
        raise _RefusedError(400, f"`{name}` must be a whole number from 1 to {most}.")
    return value


def _text(content: object) -> str:
    """The text of a message: a string, or the text parts of a list."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


async def _body(receive: _Receive) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > _MOST_BYTES:
            raise _RefusedError(413, f"The body is longer than {_MOST_BYTES} bytes.")
        if not message.get("more_body"):
            return b"".join(pieces)


async def _live(receive: _Receive, send: _Send) -> None:
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


async def _send_json(send: _Send, content: _Object, status: int = 200) -> None:
    await _send_head(send, status, b"application/json")
    await send({"type": "http.response.body", "body": orjson.dumps(content)})


async def _send_head(send: _Send, status: int, content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
