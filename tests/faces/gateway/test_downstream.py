"""The protocol class under a real uvicorn, asked over raw sockets: whole, byte by byte, and by clients that misbehave."""

from __future__ import annotations

import asyncio
import gc
import http.client
import re
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hegui.faces.gateway.downstream import CLIENT_GONE, ClientConnection
from hegui.faces.gateway.downstream.connection import MOST_HEAD
from tests.support.patience import PATIENCE_SECONDS, wait_until

DATE = re.compile(rb"date: [^\r]*\r\n")
events: list[str] = []
held: list[weakref.ref[asyncio.Event]] = []


async def application(scope: Any, receive: Any, send: Any) -> None:
    """A few ways to answer, by path."""
    path = scope["path"]
    if path == "/echo":
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                events.append("disconnect")
                return
            body += message["body"]
            more = message["more_body"]
        await start(send, [(b"content-length", str(len(body)).encode())])
        await send({"type": "http.response.body", "body": body})
    elif path == "/pieces":
        await start(send, [])
        for piece in (b"one", b"", b"two"):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    elif path == "/head-first":
        await start(send, [])
        await asyncio.sleep(0.2)
        await send({"type": "http.response.body", "body": b"late"})
    elif path == "/early":
        await start(send, [(b"content-length", b"2")])
        await send({"type": "http.response.body", "body": b"no"})
    elif path in ("/held", "/held-for-ever"):
        gone = scope["held"] = asyncio.Event()
        held.append(weakref.ref(gone))
        scope["extensions"][CLIENT_GONE](gone.set)
        await start(send, [(b"content-length", b"2")])
        if path == "/held-for-ever":
            await gone.wait()
        await send({"type": "http.response.body", "body": b"ok"})
    elif path == "/wait":
        gone = asyncio.Event()
        scope["extensions"][CLIENT_GONE](gone.set)
        await gone.wait()
        events.append("gone " + (await receive())["type"] + " " + (await receive())["type"])
    elif path == "/flood":
        await start(send, [])
        for _ in range(200):
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
        events.append("flood written")
        await send({"type": "http.response.body", "body": b""})
    elif path == "/overloaded":
        await send({"type": "http.response.start", "status": 529, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
    elif path == "/short":
        await start(send, [(b"content-length", b"10")])
        await send({"type": "http.response.body", "body": b"short"})
    elif path == "/header":
        await start(send, [(b"x", b"a\r\nset-cookie: b")])
    elif path == "/silent":
        return
    else:
        raise RuntimeError(path)


async def start(send: Any, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application,
        http=ClientConnection,
        loop=request.param,
        lifespan="off",
        ws="none",
        log_level="critical",
        server_header=False,
        timeout_keep_alive=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def ask(port: int, *pieces: bytes, end: bool = False) -> bytes:
    """Write the pieces one by one and read until the server closes; dates are left out."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            client.sendall(piece)
        if end:
            client.shutdown(socket.SHUT_WR)
        out = b""
        while piece := client.recv(65536):
            out += piece
    return DATE.sub(b"", out)


def post(path: str, body: bytes, *head: bytes, close: bool = True) -> bytes:
    lines = [b"POST %b HTTP/1.1" % path.encode(), b"host: x", b"content-length: %d" % len(body), *head]
    return b"\r\n".join([*lines, *([b"connection: close"] if close else []), b"", body])


OK = b"HTTP/1.1 200 OK\r\n"
ECHOED = OK + b"content-length: 5\r\n\r\nhello"
LAST = OK + b"content-length: 5\r\nconnection: close\r\n\r\nhello"
CLOSED = OK + b"connection: close\r\ncontent-length: 5\r\n\r\nhello"
PIECES = b"transfer-encoding: chunked\r\n%b\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
REFUSED = b"HTTP/1.1 400 Bad Request\r\n"

CASES = {
    "a body with its length": (post("/echo", b"hello"), LAST),
    "a chunked body": (
        (
            b"POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
            b"2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n"
        ),
        LAST,
    ),
    "two requests at once are answered in order": (
        post("/echo", b"hello", close=False) + post("/echo", b"hello"),
        ECHOED + LAST,
    ),
    "three at once, the first streamed": (
        post("/pieces", b"", close=False) + post("/echo", b"hello", close=False) + post("/echo", b"hello"),
        OK + PIECES % b"" + ECHOED + LAST,
    ),
    "an answer of unknown length is chunked": (post("/pieces", b""), OK + PIECES % b"connection: close\r\n"),
    "to HTTP/1.0 it ends with the connection": (
        b"POST /pieces HTTP/1.0\r\ncontent-length: 0\r\n\r\n",
        OK + b"connection: close\r\n\r\nonetwo",
    ),
    "a status without a phrase": (
        post("/overloaded", b""),
        b"HTTP/1.1 529 \r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ),
    "HEAD has no body": (
        b"HEAD /pieces HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        OK + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n",
    ),
    "an answer before the body was read": (
        post("/early", b"x" * 100_000, close=False) + post("/echo", b"hello"),
        OK + b"content-length: 2\r\n\r\nno" + LAST,
    ),
    "100-continue": (
        post("/echo", b"hello", b"expect: 100-continue"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + LAST,
    ),
    "an upgrade nobody asked us for is passed over": (
        b"POST /echo HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, close\r\nupgrade: h2c\r\ncontent-length: 5\r\n\r\nhello",
        LAST,
    ),
    "a path with an escape": (
        b"POST /%65cho HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello",
        LAST,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_is_answered(port: int, name: str) -> None:
    sent, expected = CASES[name]
    assert ask(port, sent) == expected


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_however_a_request_is_cut_it_is_answered_the_same(port: int, data: st.DataObject) -> None:
    sent, expected = CASES[data.draw(st.sampled_from(sorted(set(CASES) - {"an answer before the body was read"})))]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=12)))
    pieces = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    assert ask(port, *[piece for piece in pieces if piece]).endswith(
        expected.partition(b"Continue\r\n\r\n")[2] or expected
    )


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello", 400),
        (b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400),
        (b"GET /echo HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n", 400),
        (b"GET /echo HTTP/1.1\r\nx: " + b"a" * (MOST_HEAD + 1), 431),
    ],
)
def test_what_is_not_http_is_refused_and_the_connection_closed(port: int, sent: bytes, status: int) -> None:
    answer = ask(port, sent)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer
    assert answer.count(b"HTTP/1.1") == 1


def test_nonsense_behind_a_request_does_not_break_into_its_answer(port: int) -> None:
    answer = ask(port, post("/head-first", b"", close=False) + b"\0\0\0 nonsense\r\n\r\n")
    assert answer == OK + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n4\r\nlate\r\n0\r\n\r\n"


def test_the_head_of_a_stream_does_not_wait_for_its_first_piece(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as client:
        client.sendall(post("/head-first", b""))
        assert client.recv(65536).startswith(OK)
        assert b"late" in client.recv(65536)


def test_the_application_learns_that_the_client_has_gone(port: int) -> None:
    events.clear()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as client:
        client.sendall(post("/wait", b"", close=False))
        time.sleep(0.1)
    assert wait_for_event() == "gone http.disconnect http.disconnect"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as client:
        client.sendall(post("/echo", b"hello")[:-2])
        time.sleep(0.1)
    assert wait_for_event() == "disconnect"


def wait_for_event() -> str:
    wait_until(lambda: events)
    return events.pop()


def test_a_client_that_does_not_read_holds_the_application_back(port: int) -> None:
    events.clear()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.sendall(post("/flood", b""))
        time.sleep(0.5)
        assert not events
        size = 0
        while piece := client.recv(1 << 20):
            size += len(piece)
    assert wait_for_event() == "flood written"
    assert size > 200 * 65536


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/boom", b"HTTP/1.1 500 Internal Server Error\r\n"),
        ("/silent", b"HTTP/1.1 500 Internal Server Error\r\n"),
        ("/header", b"HTTP/1.1 500 Internal Server Error\r\n"),
        ("/short", b""),
    ],
)
def test_an_application_that_fails_ends_its_own_connection_only(port: int, path: str, answer: bytes) -> None:
    assert ask(port, post(path, b"", close=False)).startswith(answer)
    assert ask(port, post("/echo", b"hello")) == LAST


def test_an_idle_connection_and_half_a_head_are_closed(port: int) -> None:
    begun = time.monotonic()
    assert ask(port) == b""
    assert ask(port, b"POST /echo HTTP/1.1\r\nhost: ") == b""
    assert ask(port, post("/echo", b"hello", close=False)) == ECHOED
    assert time.monotonic() - begun < 30


def test_the_standard_client_keeps_its_connection(port: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    for size in (0, 1, 70_000, 3_000_000):
        client.request("POST", "/echo", b"x" * size)
        answer = client.getresponse()
        assert (answer.status, len(answer.read())) == (200, size)
    client.close()


def test_connections_from_many_threads(port: int) -> None:
    failures: list[str] = []

    def work() -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        for number in range(20):
            body = f"{threading.get_ident()} {number}".encode()
            client.request("POST", "/echo", body)
            if client.getresponse().read() != body:
                failures.append(body.decode())
        client.close()

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize(
    ("path", "close"),
    [("/held", True), ("/held", False), ("/held-for-ever", False)],
    ids=["answered", "answered, left later", "left before the answer"],
)
def test_what_a_request_held_is_let_go_when_it_is_over(port: int, path: str, close: bool) -> None:
    """Its headers, with the client's key: at once, not when the garbage collector comes by."""
    held.clear()
    gc.disable()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as client:
            client.sendall(post(path, b"", close=close))
            while not held or (path == "/held" and not client.recv(100)):
                time.sleep(0.01)
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while held[0]() is not None:
            assert time.monotonic() < give_up_at, gc.get_referrers(held[0]())
            time.sleep(0.01)
    finally:
        gc.enable()
