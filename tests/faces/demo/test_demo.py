"""The demonstration under a real uvicorn, asked by the official client."""

from __future__ import annotations

import base64
import http.client
import io
import json
import math
import socket
import struct
import threading
import time
import wave
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from openai import BadRequestError, NotFoundError, OpenAI

from hegui.faces.demo import MODEL, DemoApp
from hegui.faces.demo.app import _tokens
from tests.support.patience import PATIENCE_SECONDS


class Watched:
    """The demonstration, and the moments at which an answer had been given or given up."""

    def __init__(self) -> None:
        self.finished = threading.Semaphore(0)
        self._app = DemoApp(pace_seconds=0.002, clock=lambda: 1_750_000_000.9)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)
        self.finished.release()


@pytest.fixture(scope="module")
def demo() -> Watched:
    return Watched()


@pytest.fixture(scope="module")
def address(demo: Watched) -> Iterator[str]:
    """host:port of the running demonstration."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(demo, lifespan="on", ws="none", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"http://{address}/v1", api_key="none", max_retries=0) as client:
        yield client


def user(text: str) -> Any:
    return [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("今天天气怎么样？", "演示"),
        ("How is the weather?", "demonstration"),
        ("", "demonstration"),
    ],
)
def test_it_answers_in_the_language_of_the_question_and_says_what_it_is(client: OpenAI, asked: str, said: str) -> None:
    answer = client.chat.completions.create(model="any", messages=user(asked))
    assert said in (answer.choices[0].message.content or "")
    assert (answer.model, answer.system_fingerprint, answer.created) == (MODEL, MODEL, 1_750_000_000)
    assert (answer.choices[0].finish_reason, answer.choices[0].message.role) == ("stop", "assistant")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.usage.prompt_tokens >= 8


REPEATED = [
    ("repeat: Hello,  world!\n", "Hello,  world!\n"),
    ("Repeat：all of it", "all of it"),
    ("复述：请说这一句。🙂 and this", "请说这一句。🙂 and this"),
    ("  复述:两句\n\n话", "两句\n\n话"),
    ("repeat:", ""),
]


@pytest.mark.parametrize(("asked", "said"), REPEATED)
def test_it_repeats_exactly_what_it_is_told(client: OpenAI, asked: str, said: str) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=user(asked))
    assert whole.choices[0].message.content == said
    chunks = list(client.chat.completions.create(model=MODEL, messages=user(asked), stream=True))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(pieces) == said
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    assert all(chunk.usage is None for chunk in chunks)


@given(st.text())
def test_the_tokens_make_up_the_text(text: str) -> None:
    assert "".join(_tokens(text)) == text


def test_chinese_comes_in_ones_and_twos_and_english_word_by_word() -> None:
    assert _tokens("复述三个字 and two words") == ("复述", "三个", "字", " and", " two", " words")


def test_the_last_message_of_the_user_counts_and_may_come_in_parts(client: OpenAI) -> None:
    parts = [{"type": "text", "text": "repeat: a"}, {"type": "image_url", "image_url": {"url": "x"}}]
    messages: Any = [
        {"role": "user", "content": "repeat: no"},
        {"role": "user", "content": [*parts, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": "repeat: nor this"},
    ]
    answer = client.chat.completions.create(model=MODEL, messages=messages)
    assert answer.choices[0].message.content == "ab"


def test_n_choices_and_usage_in_a_stream(client: OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model=MODEL,
            messages=user("repeat: one two"),
            n=3,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    said = ["", "", ""]
    for chunk in chunks[:-1]:
        said[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    assert said == ["one two"] * 3
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 6
    whole = client.chat.completions.create(model=MODEL, messages=user("repeat: one two"), n=3)
    assert whole.usage == chunks[-1].usage
    assert [choice.index for choice in whole.choices] == [0, 1, 2]


def test_max_tokens_cuts_the_answer(client: OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=user("repeat: a b c"), max_completion_tokens=2)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("a b", "length")


TOOL: Any = {
    "type": "function",
    "function": {
        "name": "look_up",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}, "days": {"type": "integer"}}},
    },
}


def test_a_tool_is_called_when_the_prompt_speaks_of_one(client: OpenAI) -> None:
    messages = user("repeat: use the tool 上海")
    answer = client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL])
    (call,) = answer.choices[0].message.tool_calls or ()
    assert (answer.choices[0].finish_reason, answer.choices[0].message.content) == ("tool_calls", None)
    assert call.type == "function"
    assert (call.function.name, json.loads(call.function.arguments)) == ("look_up", {"place": "use the tool 上海"})

    chunks = list(client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL], stream=True))
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or ()]
    assert (calls[0].id, calls[0].function and calls[0].function.name) == (call.id, "look_up")
    arguments = "".join((piece.function and piece.function.arguments) or "" for piece in calls)
    assert arguments == call.function.arguments
    assert chunks[-1].choices[0].finish_reason == "tool_calls"

    without = client.chat.completions.create(model=MODEL, messages=user("hello"), tools=[TOOL])
    assert without.choices[0].message.tool_calls is None


def test_completions_for_each_prompt(client: OpenAI) -> None:
    prompts = ["repeat: one two three", "复述：四五六"]
    answer = client.completions.create(model=MODEL, prompt=prompts, n=2)
    texts = ["one two three"] * 2 + ["四五六"] * 2
    assert [choice.text for choice in answer.choices] == texts
    said = [""] * 4
    for chunk in client.completions.create(model=MODEL, prompt=prompts, n=2, stream=True):
        for choice in chunk.choices:
            said[choice.index] += choice.text
    assert said == texts
    assert client.completions.create(model=MODEL, prompt="hi").usage is not None


def test_embeddings_are_unit_vectors_that_depend_on_the_text_alone(client: OpenAI) -> None:
    answer = client.embeddings.create(model=MODEL, input=["你好", "hello", "你好"])
    first, second, third = (item.embedding for item in answer.data)
    assert first == third
    assert first != second
    assert len(first) == 8
    assert math.hypot(*second) == pytest.approx(1, abs=1e-6)
    plain = client.embeddings.create(model=MODEL, input="你好", encoding_format="float", dimensions=8)
    assert plain.data[0].embedding == pytest.approx(first, abs=1e-6)
    assert len(client.embeddings.create(model=MODEL, input=[1, 2, 3], dimensions=32).data[0].embedding) == 32
    packed: Any = client.post(
        "/embeddings", body={"input": "你好", "encoding_format": "base64"}, cast_to=object
    )  # the client unpacks base64 by itself otherwise
    assert struct.unpack("<8f", b64decode(packed["data"][0]["embedding"])) == pytest.approx(first, abs=1e-6)


def test_the_model_says_that_it_is_none(client: OpenAI) -> None:
    (model,) = client.models.list().data
    assert (model.id, model.owned_by) == (MODEL, "hegui demonstration, not a model")
    assert client.models.retrieve(MODEL) == model
    with pytest.raises(NotFoundError):
        client.models.retrieve("gpt")


@pytest.mark.parametrize(
    "extra",
    [{"messages": "hi"}, {"messages": [1]}, {"n": 0}, {"n": 1000}, {"max_tokens": "x"}, {"tools": [{}]}],
)
def test_an_unusable_request_is_refused_in_the_apis_own_shape(client: OpenAI, extra: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError) as caught:
        client.chat.completions.create(model=MODEL, **{"messages": user("tool"), **extra})
    assert caught.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/chat/completions", b"{", 400),
        ("POST", "/v1/chat/completions", b"[]", 400),
        ("POST", "/v1/chat/completions", b'{"messages":[],"stream_options":1}', 400),
        ("POST", "/v1/completions", b'{"prompt":[1]}', 400),
        ("GET", "/v1/chat/completions", b"", 404),
        ("POST", "/v1/images", b"{}", 404),
    ],
)
def test_what_no_client_library_would_send_is_refused_too(
    address: str, method: str, path: str, body: bytes, status: int
) -> None:
    connection = http.client.HTTPConnection(address, timeout=PATIENCE_SECONDS)
    connection.request(method, path, body)
    answer = connection.getresponse()
    assert (answer.status, set(json.loads(answer.read()))) == (status, {"error"})
    connection.close()


def test_a_stream_is_events_and_ends_with_done(address: str) -> None:
    connection = http.client.HTTPConnection(address, timeout=PATIENCE_SECONDS)
    body = {"messages": user("repeat: a b"), "stream": True, "stream_options": {"include_usage": True}}
    connection.request("POST", "/v1/chat/completions", json.dumps(body))
    answer = connection.getresponse()
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    *events, done, rest = answer.read().split(b"\n\n")
    connection.close()
    assert (done, rest) == (b"data: [DONE]", b"")
    chunks = [json.loads(event.removeprefix(b"data: ")) for event in events]
    assert [chunk["usage"] is None for chunk in chunks] == [True] * 4 + [False]


def test_it_stops_when_the_client_leaves(demo: Watched, client: OpenAI) -> None:
    while demo.finished.acquire(timeout=0.05):
        pass  # the answers of the other tests
    asked = "repeat: " + "word " * 100_000  # would take more than three minutes
    with client.chat.completions.create(model=MODEL, messages=user(asked), stream=True) as stream:
        next(iter(stream))
    assert demo.finished.acquire(timeout=PATIENCE_SECONDS)


def test_a_picture_has_the_colour_of_its_prompt_and_speech_is_a_tone(client: OpenAI) -> None:
    answer = client.images.generate(model="hegui-demo", prompt="猫", n=2)
    first, second = (base64.b64decode(one.b64_json or "") for one in answer.data or [])
    assert first.startswith(b"\x89PNG")
    assert first != second
    sound = client.audio.speech.create(model="hegui-demo", input="你好", voice="alloy").content
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnframes()) == (16_000, 1_600)
