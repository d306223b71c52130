"""Play an OpenAI-compatible model server without having a model, so that hegui can be tried out at once.

Knows the shapes of chat completions, completions, embeddings and the list of models, streamed and not. Knows no
model, no rules and nothing of the gateway before it; whatever it says, it says that it is a demonstration, unless
told what to say: a message that begins `repeat:` or `复述：` is answered with what follows, which lets a newcomer
put any words into the model's mouth and watch the answer being screened.
Works as a raw ASGI application: an answer is a list of tokens, sent at once or one by one at a steady pace. Waiting
for the pace and for the client to leave is one and the same wait.
Shapes from: the OpenAI API reference; counts of tokens are our own tokens, one or two characters or a word each.
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
from itertools import count
from typing import Any

import orjson

__all__ = ["MODEL", "DemoApp"]

MODEL = "hegui-demo"

_Json = dict[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_REPEAT = re.compile(r"\s*(?:repeat[:：]|复述[:：]) ?(.*)", re.IGNORECASE | re.DOTALL)
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_TOKEN = re.compile(r"\s*[\u3400-\u4dbf\u4e00-\u9fff]{1,2}|\s*[^\s\u3400-\u4dbf\u4e00-\u9fff]+|\s+")
_HELLO_ZH = (
    "你好！这里是 hegui 自带的演示，后面没有真正的模型，所以我答不了你的问题。"
    "请发送“复述：”再加上任意文字，我会原样说出来，你就能看到回答是怎样经过审核的。"
)
_HELLO_EN = (
    "Hello! This is the demonstration that comes with hegui; there is no model behind it, so I cannot answer you. "
    "Send “repeat:” and any words after it: I will say exactly those, and you can watch the answer being screened."
)
_MOST_BYTES = 32 * 1024 * 1024
_MOST_CHOICES = 16
_DIMENSIONS = 8


class _RefusedError(Exception):
    """A request that cannot be answered: (HTTP status, what the client is told)."""

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
            body = await _whole_body(receive)
            answer = self._route(scope["method"], scope["path"], body)
        except _RefusedError as refused:
            error = {"message": refused.message, "type": "invalid_request_error", "param": None, "code": None}
            await _send_json(send, {"error": error}, refused.status)
            return
        if isinstance(answer, dict):
            await _send_json(send, answer)
        else:
            await self._stream(answer, receive, send)

    def _route(self, method: str, path: str, body: bytes) -> _Json | Iterator[_Json]:
        """What to answer: an object, or the events of a stream."""
        if method == "GET" and path == "/v1/models":
            return {"object": "list", "data": [_model(self._clock)]}
        if method == "GET" and path == f"/v1/models/{MODEL}":
            return _model(self._clock)
        answers = {
            "/v1/chat/completions": self._chat,
            "/v1/completions": self._completion,
            "/v1/embeddings": _embeddings,
        }
        if path not in answers:
            raise _RefusedError(404, f"The demonstration offers {', '.join(answers)} and /v1/models.")
        if method != "POST":
            raise _RefusedError(405, "Use POST here.")
        return answers[path](_object(body))

    def _chat(self, request: _Json) -> _Json | Iterator[_Json]:
        messages = request.get("messages")
        if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
            raise _RefusedError(400, "`messages` must be a list of objects.")
        texts = [_text(message.get("content")) for message in messages]
        asked = next((text for text, m in zip(texts[::-1], messages[::-1], strict=True) if m.get("role") == "user"), "")
        choices = range(_choices(request))
        tool = _tool_called(request, asked)
        said = list(_tokens(_arguments(tool, asked) if tool else _answer(asked)))
        tokens = said if tool else said[: _limit(request)]
        finish = "tool_calls" if tool else "stop" if len(tokens) == len(said) else "length"
        usage = _usage(sum(4 + _length(text) for text in texts), len(tokens) * len(choices))
        head = self._head("chatcmpl", "chat.completion.chunk" if request.get("stream") else "chat.completion")
        calls = [_call(tool, "", head["id"], index) for index in choices] if tool else []
        if request.get("stream"):
            deltas = _chat_deltas(tokens, calls, choices)
            ends = [(index, {}, finish) for index in choices]
            events = [(index, delta, None) for index, delta in deltas] + ends
            chunks = [{"index": i, "delta": d, "logprobs": None, "finish_reason": why} for i, d, why in events]
            return _events(head, chunks, usage, request)
        message: _Json = {"role": "assistant", "content": None if tool else "".join(tokens), "refusal": None}
        whole = [
            {
                "index": index,
                "message": message
                | ({"tool_calls": [_call(tool, "".join(tokens), head["id"], index)]} if tool else {}),
                "logprobs": None,
                "finish_reason": finish,
            }
            for index in choices
        ]
        return head | {"choices": whole, "usage": usage}
