"""The scripted upstream does what its scripts say, so that a failing end-to-end test accuses the gateway."""

from __future__ import annotations

import http.client
import json
import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.support.patience import PATIENCE_SECONDS
from tests.support.upstream import (
    Request,
    Script,
    ScriptedUpstream,
    chat_body,
    chat_chunk,
    chat_stream,
    close_after,
    completion_body,
    every_byte,
    hang,
    json_body,
    malformed,
    missing_done,
    oversized_event,
    raw,
    refuse,
    reset_after,
    sse,
    wrong_content_type,
)


def post(upstream: ScriptedUpstream, content: object = None) -> tuple[int, str, bytes]:
    """(status, content type, body) of a chat request to `upstream`."""
    connection = http.client.HTTPConnection(urlsplit(upstream.url).netloc, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps(content or {"model": "m"}))
        answer = connection.getresponse()
        return answer.status, answer.headers["content-type"], answer.read()
    finally:
        connection.close()


def test_a_body_is_answered_and_the_request_kept() -> None:
    with ScriptedUpstream(json_body(chat_body("你好", n=2), status=201)) as upstream:
        status, content_type, body = post(upstream, {"model": "q"})
        assert (status, content_type) == (201, "application/json")
        assert [choice["message"]["content"] for choice in json.loads(body)["choices"]] == ["你好", "你好"]
        (request,) = upstream.requests
        assert (request.method, request.path, request.json) == ("POST", "/v1/chat/completions", {"model": "q"})
        assert request.headers["content-length"] == "14"


def test_the_script_may_depend_on_the_request_and_change() -> None:
    def by_model(request: Request) -> Script:
        return json_body(completion_body(request.json["model"]))

    with ScriptedUpstream(by_model) as upstream:
        assert json.loads(post(upstream, {"model": "a"})[2])["choices"][0]["text"] == "a"
        upstream.script = wrong_content_type()
        assert post(upstream)[1] == "text/html"
        upstream.script = lambda request: by_model(request._replace(json={}))
        assert post(upstream)[0] == 500


def test_one_connection_serves_several_requests() -> None:
    with ScriptedUpstream(sse(["a"])) as upstream:
        connection = http.client.HTTPConnection(urlsplit(upstream.url).netloc, timeout=PATIENCE_SECONDS)
        for _ in range(3):
            connection.request("GET", "/v1/models")
            assert connection.getresponse().read() == b"data: a\n\ndata: [DONE]\n\n"
        connection.close()
        assert upstream.connections == 1
        assert not upstream.cancelled.wait(0.05)


@pytest.mark.parametrize("cut", [None, 7, every_byte], ids=["events", "seed", "every byte"])
def test_a_cut_changes_the_pieces_and_not_the_stream(cut: object) -> None:
    events = [b": ping\n\n", "plain", *chat_stream(["你", "好"]), chat_chunk(reasoning_content="嗯")]
    with ScriptedUpstream(sse(events, cut=cut)) as upstream:
        assert post(upstream)[2] == post_uncut(events)


def post_uncut(events: list[bytes | str | dict[str, object]]) -> bytes:
    with ScriptedUpstream(sse(events)) as upstream:
        return post(upstream)[2]


def test_a_list_of_pieces_is_a_cut() -> None:
    with ScriptedUpstream(sse(["ab"], done=False, cut=[b"da", b"ta: a", b"b\n\n"])) as upstream:
        assert post(upstream)[2] == b"data: ab\n\n"
    with pytest.raises(AssertionError, match="whole stream"):
        sse(["ab"], cut=[b"data"])


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (reset_after(2), ConnectionResetError),
        (close_after(300), http.client.IncompleteRead),
        (close_after(0), http.client.RemoteDisconnected),
        (malformed(), http.client.BadStatusLine),
        (refuse(), ConnectionRefusedError),
    ],
    ids=["reset", "closed", "closed at once", "no HTTP", "refused"],
)
def test_a_bad_script_fails_the_way_it_says(script: Script, error: type[Exception]) -> None:
    with ScriptedUpstream(script) as upstream, pytest.raises(error):
        post(upstream)


def test_after_refusing_it_listens_again_at_the_same_place() -> None:
    with ScriptedUpstream() as upstream:
        url = upstream.url
        upstream.script = refuse()
        with pytest.raises(ConnectionRefusedError):
            post(upstream)
        upstream.script = raw([b"HTTP/1.1 204 No\r\nContent-Type: x\r\n", b"\r\n"])
        assert post(upstream)[0] == 204
        assert upstream.url == url


def test_a_refusal_chosen_for_a_request_is_a_reset() -> None:
    with ScriptedUpstream(lambda _: refuse()) as upstream, pytest.raises(ConnectionResetError):
        post(upstream)


def test_the_odd_streams_are_odd_as_named() -> None:
    with ScriptedUpstream(missing_done()) as upstream:
        assert b"[DONE]" not in post(upstream)[2]
        upstream.script = oversized_event(100_000)
        assert b"a" * 100_000 in post(upstream)[2]


@pytest.mark.parametrize("script", [hang(), hang(sse(["a"])), sse(["a", "b"], delay=60)])
def test_a_client_that_leaves_early_is_noticed(script: Script) -> None:
    with ScriptedUpstream(script) as upstream:
        client = socket.create_connection(("127.0.0.1", int(urlsplit(upstream.url).port or 0)))
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
        assert not upstream.cancelled.wait(0.05)
        left_at = time.monotonic()
        client.close()
        assert upstream.cancelled.wait(PATIENCE_SECONDS)
        assert upstream.cancelled_at[0] >= left_at
