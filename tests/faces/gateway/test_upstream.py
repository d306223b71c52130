"""The upstream client against real servers on loopback, under asyncio's own loop and under uvloop.

A server is a coroutine `(reader, writer)`, one call a connection; `serving` closes what it leaves open. Every test
also fails on an unclosed transport and on anything the event loop would only have logged.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import shutil
import socket
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hegui.errors import InputError, UpstreamError
from hegui.faces.gateway.upstream import UpstreamLimits, UpstreamPool, UpstreamResponse

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Runner = Callable[[Coroutine[Any, Any, Any]], Any]

SECRET = b"sk-secret"
HEADERS = ((b"content-type", b"application/json"), (b"authorization", b"Bearer " + SECRET))
BODY = b'{"prompt":"hush-hush"}'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Runner:
    """Runs a coroutine in a fresh loop and fails on whatever the loop's exception handler is told."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else None

    def run_here(main: Coroutine[Any, Any, Any]) -> Any:
        told: list[dict[str, Any]] = []
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.get_loop().set_exception_handler(lambda _, context: told.append(context))
            result = runner.run(main)
            gc.collect()
        assert told == []
        return result

    return run_here


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server on a free port; yields its origin."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def pooled(limits: UpstreamLimits | None = None, **options: Any) -> AsyncIterator[UpstreamPool]:
    pool = UpstreamPool(limits, **options)
    try:
        yield pool
    finally:
        await pool.close()


async def asked(reader: asyncio.StreamReader) -> bytes:
    """Read a whole request; returns its head."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
    return head


def answering(*answers: bytes, then_close: bool = False) -> Handler:
    """Answers the requests of each connection with `answers` in turn, the last one for ever."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(1_000):
            await asked(reader)
            writer.write(answers[min(number, len(answers) - 1)])
            if then_close:
                writer.close()
                return

    return handler


async def post(pool: UpstreamPool, origin: str) -> UpstreamResponse:
    return await pool.send("POST", f"{origin}/v1/chat/completions", HEADERS, BODY)


async def whole(response: UpstreamResponse) -> bytes:
    """The rest of the body."""
    pieces = []
    while piece := await response.read():
        pieces.append(piece)
    return b"".join(pieces)


async def failure(pool: UpstreamPool, origin: str) -> tuple[str, bytes]:
    """(code, body until then) of an exchange that must fail; checks what every fault must say."""
    body = b""
    try:
        response = await post(pool, origin)
        while piece := await response.read():
            body += piece
    except UpstreamError as caught:
        error = caught
    else:
        pytest.fail("no fault")
    assert error.where == origin
    assert error.problem
    assert error.remedy
    assert SECRET.decode() not in str(error)
    assert "hush" not in str(error)
    return error.code, body


# What is sent.


def test_the_request_carries_our_framing_and_the_callers_other_headers(run: Runner) -> None:
    heads: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heads.append(await asked(reader))
            writer.write(OK)

    async def main() -> str:
        async with serving(handler) as origin, pooled() as pool:
            framing = ((b"Host", b"evil"), (b"Content-Length", b"9"), (b"Transfer-Encoding", b"chunked"))
            for method, url, body in (("POST", "/v1/chat/completions?a=b", BODY), ("GET", "", b"")):
                response = await pool.send(method, origin + url, HEADERS + framing, body)
                assert await whole(response) == b"ok"
            return origin

    origin = run(main()).removeprefix("http://")
    common = f"host: {origin}\r\naccept-encoding: identity\r\ncontent-type: application/json\r\n"
    common += f"authorization: Bearer {SECRET.decode()}\r\n"
    assert heads[0].decode() == f"POST /v1/chat/completions?a=b HTTP/1.1\r\n{common}content-length: {len(BODY)}\r\n\r\n"
    assert heads[1].decode() == f"GET / HTTP/1.1\r\n{common}\r\n"


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1/v1", "ftp://h/", "http:///v1", "http://u:p@h/", "http://h:x/", "http://h/a b", "http://h/\r\nX: y"],
)
def test_a_url_that_cannot_be_sent_is_an_input_error(run: Runner, url: str) -> None:
    async def main() -> None:
        async with pooled() as pool:
            with pytest.raises(InputError, match="UPS009"):
                await pool.send("GET", url, (), b"")

    run(main())


@pytest.mark.parametrize("value", [SECRET + b"\n", SECRET + b"\r", b"\0" + SECRET, b"a\r\nx: " + SECRET])
def test_a_header_that_would_break_the_framing_is_an_input_error_without_its_value(run: Runner, value: bytes) -> None:
    async def main() -> InputError:
        async with pooled() as pool:
            with pytest.raises(InputError, match="UPS009") as caught:
                await pool.send("GET", "http://127.0.0.1:1/", ((b"authorization", value),), b"")
            return caught.value

    error = run(main())
    assert "authorization" in str(error)
    assert SECRET.decode() not in str(error)


def test_a_request_says_what_it_was_given_whatever_went_before(run: Runner) -> None:
    """Heads are written once and kept: neither a refusal nor another key, method, URL or body may leave a trace."""
    heads: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heads.append(await asked(reader))
            writer.write(OK)

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            for _ in range(2):
                for method, path, key, body in sent:
                    response = await pool.send(method, origin + path, [(b"authorization", key)], body)
                    assert await whole(response) == b"ok"
                with pytest.raises(InputError, match="authorization"):
                    await pool.send("POST", f"{origin}/a", [(b"authorization", b"one\n")], BODY)

    sent = [
        ("POST", "/a", b"one", BODY),
        ("POST", "/a", b"one", b""),
        ("POST", "/a", b"two", BODY),
        ("POST", "/b", b"one", BODY + BODY),
        ("GET", "/a", b"one", b""),
        ("GET", "/a", b"one", BODY),
    ]
    run(main())
    assert len(heads) == 2 * len(sent)
    for head, (method, path, key, body) in zip(heads, sent + sent, strict=True):
        first, *lines = head.decode().removesuffix("\r\n\r\n").split("\r\n")
        assert first == f"{method} {path} HTTP/1.1"
        assert lines[2:] == [f"authorization: {key.decode()}"] + (
            [f"content-length: {len(body)}"] if body or method == "POST" else []
        )


# What comes back.

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Empty:\r\nX-Two: a\r\nX-Two: b \r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;ext=1\r\ndata:\r\nA\r\n one\n\ndata\r\n0\r\nTrailer: t\r\n\r\n"
ANSWERS = {
    "length": (HEAD + b"Content-Length: 5\r\n\r\nhello", b"hello", True),
    "chunked": (CHUNKED, b"data: one\n\ndata", True),
    "until closed": (HEAD + b"Connection: close\r\n\r\nto the end", b"to the end", False),
    "HTTP/1.0": (HEAD.replace(b"1.1", b"1.0") + b"\r\nto the end", b"to the end", False),
    "no content": (HEAD.replace(b"200 OK", b"204 No Content") + b"\r\n", b"", True),
    "interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + CHUNKED,
        b"data: one\n\ndata",
        True,
    ),
    "no reason": (HEAD.replace(b" OK", b"") + b"Content-Length: 5\r\n\r\nhello", b"hello", True),
}


async def arrives_cut(answer: str, cuts: list[list[int]]) -> None:
    """Each cut of the answer gives the same head and body, and the connection serves on if it may."""
    wire, body, kept_open = ANSWERS[answer]
    coming = iter(cuts)
    connections = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await asked(reader)
            for start, end in pairwise([0, *next(coming), len(wire)]):
                writer.write(wire[start:end])
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            if not kept_open:
                return writer.close()

    async with serving(handler) as origin, pooled() as pool:
        for _ in cuts:
            response = await post(pool, origin)
            assert response.status == (204 if answer == "no content" else 200)
            assert response.header(b"content-type") == b"text/event-stream"
            assert response.headers[1:4] == ((b"x-empty", b""), (b"x-two", b"a"), (b"x-two", b"b"))
            assert response.header(b"x-missing") is None
            assert response.header(b"trailer") is None
            assert await whole(response) == body
            assert await response.read() == b""
    assert connections == (1 if kept_open else len(cuts))


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_cut_at_any_byte_is_the_same_answer(run: Runner, answer: str) -> None:
    size = len(ANSWERS[answer][0])
    run(arrives_cut(answer, [[], *([at] for at in range(1, size)), list(range(1, size))]))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=st.sampled_from(sorted(ANSWERS)), data=st.data())
def test_an_answer_cut_anyhow_is_the_same_answer(run: Runner, answer: str, data: st.DataObject) -> None:
    places = st.lists(st.integers(1, len(ANSWERS[answer][0]) - 1), unique=True).map(sorted)
    run(arrives_cut(answer, [data.draw(places)]))


def test_the_body_is_handed_over_as_it_arrives_and_what_is_there_in_one_piece(run: Runner) -> None:
    go_on = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n")
        await go_on.wait()
        writer.write(b"5\r\nthree\r\n0\r\n\r\n")
        await asked(reader)

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            response = await post(pool, origin)
            assert await response.read() == b"onetwo"
            assert response.read_nowait() is None
            waiting = asyncio.create_task(response.read())
            await asyncio.sleep(0)
            go_on.set()
            assert await waiting == b"three"
            assert await response.read() == b""
            assert response.read_nowait() == b""

    run(main())


def test_a_head_request_has_no_body_and_its_connection_is_not_used_again(run: Runner) -> None:
    async def main() -> None:
        async with serving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")) as origin, pooled() as pool:
            for _ in range(2):
                response = await pool.send("HEAD", origin, (), b"")
                assert response.header(b"content-length") == b"9"
                assert await response.read() == b""

    run(main())


# Faults.


def raw(*pieces: bytes | float, reset: bool = False) -> Handler:
    """Reads a request, writes the bytes, sleeps the seconds, then closes, or resets."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        for piece in pieces:
            if isinstance(piece, float):
                await asyncio.sleep(piece)
            else:
                writer.write(piece)
        if reset:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        else:
            writer.close()

    return handler


CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
FAULTS: dict[str, tuple[str, bytes, Handler]] = {
    "silence": ("UPS003", b"", raw(30.0)),
    "a head that trickles": ("UPS003", b"", raw(b"HTTP/1.1 200 OK\r\n", 0.15, b"A: b\r\n", 0.15, b"C: d\r\n", 30.0)),
    "silence after the head": ("UPS004", b"", raw(CHUNKS, 30.0)),
    "silence in mid-body": ("UPS004", b"ab", raw(CHUNKS + b"2\r\nab\r\n", 30.0)),
    "closed before an answer": ("UPS005", b"", raw()),
    "reset before an answer": ("UPS005", b"", raw(reset=True)),
    "closed in the head": ("UPS005", b"", raw(b"HTTP/1.1 200 OK\r\nContent-")),
    "short length": ("UPS005", b"abc", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")),
    "cut in a chunk": ("UPS005", b"abc", raw(CHUNKS + b"9\r\nabc")),
    "cut before the last chunk": ("UPS005", b"abc", raw(CHUNKS + b"3\r\nabc\r\n")),
    "cut in the last chunk": ("UPS005", b"abc", raw(CHUNKS + b"3\r\nabc\r\n0\r\n")),
    "reset in mid-body": ("UPS005", b"abc", raw(CHUNKS + b"3\r\nabc\r\n", 0.05, reset=True)),
    "reset of an unframed body": ("UPS005", b"abc", raw(b"HTTP/1.1 200 OK\r\n\r\nabc", 0.05, reset=True)),
    "another protocol": ("UPS006", b"", raw(b"SSH-2.0-OpenSSH_9.6\r\n")),
    "a page without a head": ("UPS006", b"", raw(b"<html>sk-secret</html>")),
    "TLS where HTTP was meant": ("UPS006", b"", raw(b"\x15\x03\x01\x00\x02\x02\x46")),
    "HTTP/2": ("UPS006", b"", raw(b"HTTP/2 200\r\n\r\n")),
    "bare line feeds": ("UPS006", b"", raw(b"HTTP/1.1 200 OK\nContent-Length: 1\n\na")),
    "two framings": ("UPS006", b"", raw(CHUNKS[:-2] + b"Content-Length: 3\r\n\r\n0\r\n\r\n")),
    "two lengths": ("UPS006", b"", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")),
    "an unknown transfer coding": ("UPS006", b"", raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc")),
    "a coding under the chunks": ("UPS006", b"", raw(CHUNKS.replace(b"chunked", b"gzip, chunked") + b"0\r\n\r\n")),
    "a switch of protocols": (
        "UPS006",
        b"",
        raw(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81\x00"),
    ),
    "a bad chunk": ("UPS006", b"ab", raw(CHUNKS + b"2\r\nab\r\n", 0.05, b"zz\r\n")),
    "one long header": ("UPS006", b"", raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, 30.0)),
    "a long whole head": ("UPS006", b"", raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 30.0)),
    "a long head with its body": (
        "UPS006",
        b"",
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: " + b"x" * 70_000 + b"\r\n\r\nok", 30.0),
    ),
    "many headers": ("UPS006", b"", raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000, 30.0)),
    "interim answers without end": ("UPS006", b"", raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 4_000, 30.0)),
    "trailers without end": (
        "UPS006",
        b"ab",
        raw(CHUNKS + b"2\r\nab\r\n", 0.05, b"0\r\n" + b"X: y\r\n" * 20_000, 30.0),
    ),
    "an endless chunk extension": ("UPS006", b"ab", raw(CHUNKS + b"2\r\nab\r\n", 0.05, b"2;x=" + b"y" * 70_000, 30.0)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_its_code_and_what_came_before_is_kept(run: Runner, name: str) -> None:
    code, before, handler = FAULTS[name]
    limits = {"UPS003": UpstreamLimits(first_byte_seconds=0.2), "UPS004": UpstreamLimits(idle_seconds=0.2)}

    async def main() -> None:
        async with serving(handler) as origin, pooled(limits.get(code)) as pool:
            assert await failure(pool, origin) == (code, before)
            assert await settled(pool)

    run(main())


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn, one round at a time, until the condition holds."""
    for _ in range(1_000_000):
        if condition():
            return
        await asyncio.sleep(0)
    pytest.fail("never came")


async def settled(pool: UpstreamPool) -> bool:
    """Whether no connection is left open, a moment later."""
    for _ in range(100):
        if not pool._open:
            return True
        await asyncio.sleep(0.01)
    return False


class _SlowPool(UpstreamPool):
    """Looks away after connecting until the server has had its say."""

    async def _connect(self, target: Any) -> Any:
        connection = await super()._connect(target)
        assert await settled(self)
        return connection


@pytest.mark.parametrize("pool_type", [UpstreamPool, _SlowPool])
@pytest.mark.parametrize(("greeting", "code"), [(b"SSH-2.0-OpenSSH_9.6\r\n", "UPS006"), (b"", "UPS005")])
def test_a_server_that_does_not_wait_for_the_request(
    run: Runner, pool_type: type[UpstreamPool], greeting: bytes, code: str
) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        if greeting:
            await reader.read()

    async def main() -> None:
        async with serving(handler) as origin:
            pool = pool_type()
            assert await failure(pool, origin) == (code, b"")
            await pool.close()

    run(main())


def test_nobody_listening_is_unreachable(run: Runner) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"

        async def main() -> None:
            async with pooled() as pool:
                assert await failure(pool, origin) == ("UPS001", b"")

        run(main())


def test_an_unknown_name_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # asyncio's loop only: uvloop resolves in C

    async def main() -> None:
        async with pooled() as pool:
            assert await failure(pool, "http://models.invalid:80") == ("UPS001", b"")

    asyncio.run(main())


def test_a_handshake_that_never_ends_is_a_connect_timeout(run: Runner) -> None:
    async def main() -> None:
        async with serving(raw(30.0)) as origin, pooled(UpstreamLimits(connect_seconds=0.2)) as pool:
            assert await failure(pool, origin.replace("http", "https")) == ("UPS002", b"")

    run(main())


def test_a_body_that_keeps_dripping_outlives_every_limit(run: Runner) -> None:
    limits = UpstreamLimits(first_byte_seconds=0.6, idle_seconds=0.6, idle_keep_seconds=0.6)

    async def main() -> None:
        drops = [piece for _ in range(10) for piece in (b"1\r\na\r\n", 0.1)]
        async with serving(raw(CHUNKS, *drops, b"0\r\n\r\n")) as origin, pooled(limits) as pool:
            assert await whole(await post(pool, origin)) == b"a" * 10

    run(main())


# Reuse.


def counting(handler: Handler) -> tuple[Handler, list[int]]:
    """The handler, and a list that grows by one with every connection."""
    connections: list[int] = []

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(len(connections) + 1)
        await handler(reader, writer)

    return counted, connections


REUSED = {
    "a whole answer": (OK, 1),
    "an interim answer": (b"HTTP/1.1 102 Processing\r\n\r\n" + OK, 1),
    "HTTP/1.0 with keep-alive": (OK.replace(b"1.1", b"1.0").replace(b"C", b"Connection: keep-alive\r\nC", 1), 1),
    "Connection: close": (OK.replace(b"C", b"Connection: close\r\nC", 1), 3),
    "HTTP/1.0": (OK.replace(b"1.1", b"1.0"), 3),
    "a second answer nobody asked for": (OK + OK, 3),
    "half an answer too many": (OK + b"HT", 3),
    "surplus that is no HTTP": (OK + b"surplus", 3),
    "surplus after a last answer": (OK.replace(b"C", b"Connection: close\r\nC", 1) + OK, 3),
}


@pytest.mark.parametrize("name", REUSED)
def test_a_connection_is_used_again_only_after(run: Runner, name: str) -> None:
    answer, connections = REUSED[name]
    handler, opened = counting(answering(answer))

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            for _ in range(3):
                response = await post(pool, origin)
                assert (response.status, await whole(response)) == (200, b"ok")

    run(main())
    assert len(opened) == connections


def test_requests_at_the_same_time_have_a_connection_each_and_share_them_later(run: Runner) -> None:
    handler, opened = counting(answering(OK))

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            for _ in range(4):
                responses = await asyncio.gather(*(post(pool, origin) for _ in range(5)))
                assert [await whole(response) for response in responses] == [b"ok"] * 5

    run(main())
    assert len(opened) == 5


def test_no_more_than_the_limit_is_kept_open_and_not_for_longer(run: Runner) -> None:
    limits = UpstreamLimits(max_idle_connections=2, idle_keep_seconds=0.1)

    async def main() -> None:
        async with serving(answering(OK)) as origin, pooled(limits) as pool:
            for response in await asyncio.gather(*(post(pool, origin) for _ in range(5))):
                await whole(response)
            await asyncio.sleep(0)
            assert sum(connection.usable() for connection in pool._open) <= 2
            assert await settled(pool)
            assert await whole(await post(pool, origin)) == b"ok"

    run(main())


def test_surplus_that_comes_late_closes_the_kept_connection(run: Runner) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(OK)
        await asyncio.sleep(0.05)
        writer.write(OK)
        await reader.read()

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            assert await whole(await post(pool, origin)) == b"ok"
            assert await settled(pool)

    run(main())


def test_an_answer_before_the_request_is_written_ends_the_connection(run: Runner) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await asyncio.sleep(30)

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            response = await pool.send("POST", origin, (), b"x" * 20_000_000)
            assert (response.status, await response.read()) == (413, b"")
            assert await settled(pool)

    run(main())


def closing_on(request_number: int, sign: bytes = b"", *, reset: bool = False) -> tuple[Handler, list[int]]:
    """The first connection is closed on receiving its `request_number`th request, after `sign`; the others serve."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = len(opened) == 1
        for number in range(1, 100):
            if first and number == request_number:
                await raw(sign, reset=reset)(reader, writer)
                return
            await asked(reader)
            writer.write(OK)

    counted, opened = counting(handler)
    return counted, opened


@pytest.mark.parametrize("reset", [False, True])
def test_a_request_on_a_connection_that_went_stale_is_sent_once_more(run: Runner, reset: bool) -> None:
    handler, opened = closing_on(2, reset=reset)

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            for _ in range(3):
                assert await whole(await post(pool, origin)) == b"ok"

    run(main())
    assert len(opened) == 2


def test_a_request_is_not_sent_again_once_a_byte_of_the_answer_came(run: Runner) -> None:
    handler, opened = closing_on(2, b"H")

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            assert await whole(await post(pool, origin)) == b"ok"
            assert await failure(pool, origin) == ("UPS005", b"")

    run(main())
    assert len(opened) == 1


def test_a_request_is_not_sent_a_third_time(run: Runner) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(opened) == 1:
            await asked(reader)
            writer.write(OK)
        await asked(reader)

    counted, opened = counting(handler)

    async def main() -> None:
        async with serving(counted) as origin, pooled() as pool:
            assert await whole(await post(pool, origin)) == b"ok"
            assert await failure(pool, origin) == ("UPS005", b"")

    run(main())
    assert len(opened) == 2


def test_a_connection_closed_while_idle_is_not_tried(run: Runner) -> None:
    handler, opened = counting(answering(OK, then_close=True))

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            for _ in range(3):
                assert await whole(await post(pool, origin)) == b"ok"
                assert await settled(pool)
                assert not pool._idle[origin]

    run(main())
    assert len(opened) == 3


# Giving up.


def watching(*pieces: bytes) -> tuple[Handler, asyncio.Event, asyncio.Event]:
    """Reads a request and writes the pieces; the events tell that it arrived, and that the client closed."""
    arrived, left = asyncio.Event(), asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        arrived.set()
        for piece in pieces:
            writer.write(piece)
        try:
            assert await reader.read() == b""
        finally:
            left.set()

    return handler, arrived, left


def test_cancelling_before_the_head_closes_the_connection(run: Runner) -> None:
    async def main() -> None:
        handler, arrived, left = watching()
        async with serving(handler) as origin, pooled() as pool:
            sending = asyncio.create_task(post(pool, origin))
            await arrived.wait()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            await asyncio.wait_for(left.wait(), 5)
            assert await settled(pool)

    run(main())


def test_cancelling_in_the_moment_the_head_comes_closes_the_connection(run: Runner) -> None:
    async def main() -> None:
        handler, _, left = watching(CHUNKS)
        async with serving(handler) as origin, pooled() as pool:
            sending = asyncio.create_task(post(pool, origin))
            await until(lambda: any(connection._response for connection in pool._open))
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            assert sending.cancelled()
            await asyncio.wait_for(left.wait(), 5)
            assert await settled(pool)

    run(main())


def test_cancelling_in_the_moment_a_whole_answer_comes_spares_the_kept_connection(run: Runner) -> None:
    handler, opened = counting(answering(OK))

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            assert await whole(await post(pool, origin)) == b"ok"
            sending = asyncio.create_task(post(pool, origin))
            await asyncio.sleep(0)
            await until(lambda: any(pool._idle.values()))
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            assert await whole(await post(pool, origin)) == b"ok"

    run(main())
    assert len(opened) == 1


def test_cancelling_while_connecting_leaves_nothing_open(run: Runner) -> None:
    async def main() -> None:
        async with serving(raw(30.0)) as origin, pooled() as pool:
            for scheme in ("http", "https"):
                for pause in (0, 0.05):
                    sending = asyncio.create_task(post(pool, origin.replace("http", scheme)))
                    await asyncio.sleep(pause)
                    sending.cancel()
                    with pytest.raises(asyncio.CancelledError):
                        await sending
            assert await settled(pool)

    run(main())


def test_cancelling_in_any_moment_of_connecting_keeps_no_pool_from_closing(run: Runner) -> None:
    async def main() -> None:
        async with serving(raw(30.0)) as origin, pooled() as pool:
            for turns in [*range(12)] * 5:
                sending = asyncio.create_task(post(pool, origin))
                for _ in range(turns):
                    await asyncio.sleep(0)
                sending.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await sending
            await asyncio.wait_for(pool.close(), 20)

    run(main())


def test_aborting_closes_the_connection_and_ends_a_pending_read(run: Runner) -> None:
    async def main() -> None:
        handler, _, left = watching(CHUNKS + b"2\r\nab\r\n")
        async with serving(handler) as origin, pooled() as pool:
            response = await post(pool, origin)
            assert await response.read() == b"ab"
            reading = asyncio.create_task(response.read())
            await asyncio.sleep(0)
            response.abort()
            response.abort()
            for attempt in (reading, response.read()):
                with pytest.raises(UpstreamError) as caught:
                    await attempt
                assert (caught.value.code, caught.value.where) == ("UPS007", origin)
            await asyncio.wait_for(left.wait(), 5)

    run(main())


def test_aborting_after_the_end_spares_the_connection_and_says_so_only_if_something_was_unread(run: Runner) -> None:
    handler, opened = counting(answering(OK))

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            response = await post(pool, origin)
            assert await whole(response) == b"ok"
            response.abort()
            assert await response.read() == b""
            response = await post(pool, origin)
            await until(lambda: bool(pool._idle[origin]))
            response.abort()
            with pytest.raises(UpstreamError, match="UPS007"):
                await response.read()
            assert await whole(await post(pool, origin)) == b"ok"

    run(main())
    assert len(opened) == 1


def test_closing_the_pool_ends_whatever_is_under_way(run: Runner) -> None:
    async def main() -> None:
        handler, _, left = watching(CHUNKS + b"2\r\nab\r\n")
        quiet, arrived, _ = watching()
        async with serving(handler) as origin, serving(quiet) as silent:
            pool = UpstreamPool()
            response = await post(pool, origin)
            sending = asyncio.create_task(post(pool, silent))
            await arrived.wait()
            await asyncio.gather(pool.close(), pool.close())
            assert not pool._open
            assert await response.read() == b"ab"
            for attempt in (response.read(), sending, post(pool, origin)):
                with pytest.raises(UpstreamError, match="UPS007"):
                    await attempt
            await asyncio.wait_for(left.wait(), 5)
            await pool.close()

    run(main())


# Back-pressure.


def test_fifty_megabytes_pass_in_bounded_memory(run: Runner) -> None:
    block = bytes(range(256)) * 256
    written = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await asked(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (800 * len(block)))
        for _ in range(800):
            writer.write(block)
            await writer.drain()
            written += len(block)
        await asked(reader)

    async def main() -> tuple[str, int, int]:
        async with serving(handler) as origin, pooled(UpstreamLimits(idle_seconds=0.4)) as pool:
            response = await post(pool, origin)
            await asyncio.sleep(0.8)  # longer than idle_seconds: the clock stands still while nobody reads
            ahead = written
            digest, most = hashlib.sha256(), 0
            while True:
                most = max(most, response.unread_bytes)
                piece = await response.read()
                if not piece:
                    return digest.hexdigest(), most, ahead
                digest.update(piece)

    digest, most, ahead = run(main())
    assert digest == hashlib.sha256(block * 800).hexdigest()
    assert most <= 2 * 256 * 1024  # the mark and one read of the loop
    assert ahead < 25_000_000  # what the kernel's socket buffers take


# TLS.

OPENSSL_MISSING = "the openssl command is missing; install it: apt-get install openssl (or: brew install openssl)"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key, in one PEM file."""
    if shutil.which("openssl") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(OPENSSL_MISSING)
    folder = tmp_path_factory.mktemp("tls")
    made = [folder / "key.pem", folder / "certificate.pem"]
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=upstream -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*command.split(), "-keyout", made[0], "-out", made[1]], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes(b"".join(path.read_bytes() for path in made))
    return both


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_tls_serves_and_reuses_under_the_named_authority(
    run: Runner, certificate: Path, server_tls: ssl.SSLContext
) -> None:
    handler, opened = counting(answering(OK, CHUNKS + b"F4240\r\n" + b"x" * 1_000_000 + b"\r\n0\r\n\r\n"))

    async def main() -> None:
        async with serving(handler, server_tls) as origin, pooled(ca_file=str(certificate)) as pool:
            assert await whole(await post(pool, origin)) == b"ok"
            assert await whole(await post(pool, origin)) == b"x" * 1_000_000

    run(main())
    assert len(opened) == 1


def test_tls_cancelled_and_aborted_leaves_nothing_open(
    run: Runner, certificate: Path, server_tls: ssl.SSLContext
) -> None:
    async def main() -> None:
        handler, _, left = watching(CHUNKS + b"2\r\nab\r\n")
        quiet, arrived, gone = watching()
        async with (
            serving(handler, server_tls) as origin,
            serving(quiet, server_tls) as silent,
            pooled(ca_file=str(certificate)) as pool,
        ):
            response = await post(pool, origin)
            response.abort()
            sending = asyncio.create_task(post(pool, silent))
            await arrived.wait()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            await asyncio.wait_for(asyncio.gather(left.wait(), gone.wait()), 5)
            assert await settled(pool)

    run(main())


def test_a_stale_tls_connection_is_replaced(run: Runner, certificate: Path, server_tls: ssl.SSLContext) -> None:
    handler, opened = closing_on(2)

    async def main() -> None:
        async with serving(handler, server_tls) as origin, pooled(ca_file=str(certificate)) as pool:
            for _ in range(3):
                assert await whole(await post(pool, origin)) == b"ok"

    run(main())
    assert len(opened) == 2


def test_a_certificate_nobody_vouches_for_is_a_tls_fault(run: Runner, server_tls: ssl.SSLContext) -> None:
    async def main() -> None:
        async with serving(answering(OK), server_tls) as origin, pooled() as pool:
            assert await failure(pool, origin) == ("UPS008", b"")

    run(main())


def test_a_certificate_for_another_host_is_a_tls_fault(
    run: Runner, certificate: Path, server_tls: ssl.SSLContext
) -> None:
    async def main() -> None:
        async with serving(answering(OK), server_tls) as origin, pooled(ca_file=str(certificate)) as pool:
            assert await failure(pool, origin.replace("127.0.0.1", "localhost")) == ("UPS008", b"")

    run(main())


@pytest.mark.parametrize("reply", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""], ids=["plain HTTP", "hangs up"])
def test_a_server_without_tls_is_a_tls_fault(run: Runner, reply: bytes) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(reply)
        writer.close()

    async def main() -> None:
        async with serving(handler) as origin, pooled() as pool:
            assert await failure(pool, origin.replace("http", "https")) == ("UPS008", b"")

    run(main())


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_an_unusable_ca_file_is_an_input_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="UPS010"):
        UpstreamPool(ca_file=str(path))
