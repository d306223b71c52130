"""Guards over the wire: servers that answer well, and servers that misbehave in each way; every fault is of one kind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.detect.guard.faults import GuardFault
from hegui.detect.guard.http_mapping import HttpMapping
from hegui.detect.guard.local_classifier import LocalGuard
from hegui.detect.guard.question import Turn
from hegui.detect.guard.settings import Guard
from hegui.faces.gateway.guard_metrics import guard_metrics
from hegui.faces.gateway.guards import MOST_BYTES, GuardClient, GuardCounters, Guards
from hegui.faces.gateway.health import exposition
from hegui.faces.gateway.upstream import UpstreamPool
from tests.support.upstream import (
    Ending,
    Request,
    Script,
    ScriptedUpstream,
    chat_body,
    close_after,
    hang,
    json_body,
    malformed,
    refuse,
)

T = TypeVar("T")
SAFE = json_body(chat_body("Safety: Safe\nCategories: None"))
UNSAFE = json_body(chat_body("Safety: Unsafe\nCategories: Violent"))
PROMPT = (Turn("user", "how do I build one?"),)
SECONDS = 20.0
"""Long enough never to pass in a test that expects another fault."""
SHORT = 0.2


def asked(url: str, what: Callable[[GuardClient], Awaitable[T]], environ: Any = None, **settings: Any) -> T:
    """What comes of asking a guard at `url`; every connection is closed at the end."""

    async def main() -> T:
        pool = UpstreamPool()
        guard = Guard(
            **{"name": "g", "kind": "qwen3guard", "model": "m", "timeout_seconds": SECONDS, **settings}, url=url
        )
        client = GuardClient(guard, pool, environ or {})
        try:
            return await what(client)
        finally:
            client.close()
            await pool.close()

    return asyncio.run(main())


async def once(client: GuardClient) -> Any:
    return await client.ask(PROMPT, "prompt")


async def kind_of(client: GuardClient) -> str:
    """The kind of the fault, which is counted as such; `verdict` where there is one."""
    try:
        await client.ask(PROMPT, "prompt")
        found = "verdict"
    except GuardFault as error:
        found = error.kind
    counters = client.counters
    assert (counters.asked, counters.verdicts) == (1, int(found == "verdict"))
    assert counters.without == ({} if found == "verdict" else {found: 1})
    return found


# Good answers of every format.

NO = {"top_logprobs": [{"No": -0.01, "Yes": -5.0}]}
YES = {"top_logprobs": [{"Yes": -0.01, "No": -5.0}]}
HTTP = HttpMapping(body={"q": "{text}"}, path="/check", verdict="/bad")


def four(*logprobs: Any) -> dict[str, Any]:
    return {"choices": [{"index": n, "text": "", "logprobs": told} for n, told in enumerate(logprobs)]}


def moderated(flag: bool) -> dict[str, Any]:
    return {"results": [{"flagged": flag, "categories": {"hate": flag}, "category_scores": {"hate": 0.9 * flag}}]}


@pytest.mark.parametrize(
    ("kind", "path", "body", "labels"),
    [
        ("qwen3guard", "/v1/chat/completions", chat_body("Safety: Safe\nCategories: None"), []),
        ("qwen3guard", "/v1/chat/completions", chat_body("Safety: Unsafe\nCategories: PII"), ["personal_information"]),
        ("llama_guard", "/v1/chat/completions", chat_body("safe"), []),
        ("llama_guard", "/v1/chat/completions", chat_body("\n\nunsafe\nS9"), ["indiscriminate_weapons"]),
        ("shieldgemma", "/v1/completions", four(NO, NO, NO, NO), []),
        ("shieldgemma", "/v1/completions", four(NO, NO, NO, YES), ["sexual"]),
        ("openai_moderation", "/v1/moderations", moderated(False), []),
        ("openai_moderation", "/v1/moderations", moderated(True), ["hate"]),
        ("http", "/v1/check", {"bad": False}, []),
        ("http", "/v1/check", {"bad": True}, ["other"]),
    ],
)
def test_every_format_brings_a_verdict(kind: str, path: str, body: Any, labels: list[str]) -> None:
    with ScriptedUpstream(json_body(body)) as server:
        verdict = asked(server.url, once, {"K": "sk-1"}, kind=kind, key_env="K", mapping=HTTP)
        (request,) = server.requests
    assert [found.label.name for found in verdict.findings] == labels
    assert (request.method, request.path) == ("POST", path)
    assert request.headers["authorization"] == "Bearer sk-1"
    assert request.headers["content-type"] == "application/json"


# Every way to misbehave.


def reset_within(script: Script, n_bytes: int) -> Script:
    wire = b"".join(step for step in script.steps if isinstance(step, bytes))
    return Script((wire[:n_bytes], 0.05, Ending.RESET))


def drip(script: Script, seconds: float) -> Script:
    wire = b"".join(step for step in script.steps if isinstance(step, bytes))
    return Script(tuple(step for at in range(len(wire)) for step in (wire[at : at + 1], seconds)))


HUGE = json_body(b'{"choices": "' + b"a" * (MOST_BYTES + 1) + b'"}')
NO_LENGTH = Script((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", 0.0, Ending.CLOSE))


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        pytest.param(refuse(), "outage", id="refuses the connection"),
        pytest.param(lambda _: refuse(), "outage", id="resets at once"),
        pytest.param(json_body({}, 500), "outage", id="500"),
        pytest.param(json_body(b"Bad Gateway", 502, "text/plain"), "outage", id="502 of a proxy"),
        pytest.param(json_body({}, 429), "outage", id="429"),
        pytest.param(json_body({}, 401), "credentials", id="401"),
        pytest.param(json_body({}, 403), "credentials", id="403"),
        pytest.param(json_body({}, 404), "malformed", id="404"),
        pytest.param(reset_within(UNSAFE, 120), "outage", id="half an answer then reset"),
        pytest.param(close_after(120, UNSAFE), "outage", id="half an answer then the end"),
        pytest.param(malformed(), "malformed", id="not HTTP"),
        pytest.param(NO_LENGTH, "malformed", id="a transfer coding nobody asked for"),
        pytest.param(json_body(b"<html>", 200, "text/html"), "malformed", id="a page"),
        pytest.param(json_body(b'{"choices": [{"mess'), "malformed", id="JSON cut off"),
        pytest.param(json_body({"verdict": "safe"}), "malformed", id="JSON of another shape"),
        pytest.param(json_body({"choices": [{"message": {"content": None}}]}), "malformed", id="no text"),
        pytest.param(HUGE, "malformed", id="huge body"),
        pytest.param(json_body(chat_body("Sicherheit: unsicher")), "malformed", id="wrong label words"),
        pytest.param(json_body(chat_body("安全：不安全")), "malformed", id="words of another language"),
        pytest.param(json_body(chat_body("Safety: Un")), "malformed", id="truncated output"),
        pytest.param(json_body(chat_body("")), "malformed", id="empty output"),
        pytest.param(json_body(chat_body("SAFETY: UNSAFE")), "verdict", id="verdict in another case"),
        pytest.param(json_body(chat_body("safety：safe")), "verdict", id="verdict in full width"),
    ],
)
def test_each_misbehaviour_is_one_kind_of_fault(script: Any, kind: str) -> None:
    with ScriptedUpstream(script) as server:
        assert asked(server.url, kind_of) == kind


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(hang(), id="accepts and hangs"),
        pytest.param(hang(SAFE), id="hangs within the answer"),
        pytest.param(drip(SAFE, 0.05), id="drips"),
        pytest.param(Script((*drip(json_body(b"x" * 9), 0.05).steps, Ending.HANG)), id="drips and hangs"),
    ],
)
def test_a_server_that_takes_too_long_is_a_timeout_and_is_let_go(script: Script) -> None:
    with ScriptedUpstream(script) as server:
        assert asked(server.url, kind_of, timeout_seconds=SHORT) == "timeout"
        assert server.cancelled.wait(10)


@pytest.mark.parametrize(
    ("environ", "problem"),
    [({}, "K is not set"), ({"K": ""}, "K is not set"), ({"K": "sk\r\nhost: x"}, "cannot be sent")],
)
def test_a_credential_that_cannot_be_used_is_not_sent(environ: dict[str, str], problem: str) -> None:
    with ScriptedUpstream(SAFE) as server:
        with pytest.raises(GuardFault) as caught:
            asked(server.url, once, environ, key_env="K")
        assert server.requests == []
    assert caught.value.kind == "credentials"
    assert problem in caught.value.problem


def test_no_fault_quotes_credential_or_text() -> None:
    for script in (json_body({}, 500), json_body({}, 401), json_body(b"how do I build one?"), malformed()):
        with ScriptedUpstream(script) as server, pytest.raises(GuardFault) as caught:
            asked(server.url, once, {"K": "sk-secret"}, key_env="K")
        assert "sk-secret" not in str(caught.value)
        assert "build" not in str(caught.value)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 400))
def test_an_answer_cut_anywhere_is_a_fault_or_the_verdict(n_bytes: int) -> None:
    whole = len(b"".join(step for step in UNSAFE.steps if isinstance(step, bytes)))
    with ScriptedUpstream(close_after(n_bytes, UNSAFE)) as server:
        assert asked(server.url, kind_of) == ("verdict" if n_bytes >= whole else "outage")


# Many at once, and those who leave.


def test_no_more_questions_than_places_are_under_way() -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def count(_: Request) -> Script:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        return Script((0.02, *SAFE.steps))

    async def many(client: GuardClient) -> None:
        nonlocal under_way

        async def one() -> None:
            nonlocal under_way
            await client.ask(PROMPT, "prompt")
            with lock:
                under_way -= 1

        await asyncio.gather(*[one() for _ in range(30)])
        assert client.counters.verdicts == 30
        assert client.counters.seconds > 0

    with ScriptedUpstream(count) as server:
        asked(server.url, many, concurrency=3)
        assert len(server.requests) == 30
    assert most <= 3 + 1  # the answer is on its way while the next is asked


def test_waiting_for_a_place_is_part_of_the_time_and_no_fault_of_the_server() -> None:
    async def wait(client: GuardClient) -> None:
        async with client._places:
            for _ in range(3):
                with pytest.raises(GuardFault, match="GRD002"):
                    await client.ask(PROMPT, "prompt")
        assert server.requests == []
        assert not (await client.ask(PROMPT, "prompt")).findings

    with ScriptedUpstream(SAFE) as server:
        asked(server.url, wait, concurrency=1, timeout_seconds=SHORT, rest_after=2, rest_seconds=60)


def test_who_leaves_closes_the_question() -> None:
    async def leave(client: GuardClient) -> None:
        task = asyncio.create_task(client.ask(PROMPT, "prompt"))
        while not server.requests:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (client.counters.asked, client.counters.verdicts, dict(client.counters.without)) == (1, 0, {})
        server.script = SAFE
        assert not (await client.ask(PROMPT, "prompt")).findings, "its place is free again"

    with ScriptedUpstream(hang()) as server:
        asked(server.url, leave, concurrency=1)
        assert server.cancelled.wait(10)


def test_a_failing_server_rests_and_is_found_again() -> None:
    async def many(client: GuardClient) -> None:
        for _ in range(8):
            with pytest.raises(GuardFault):
                await client.ask(PROMPT, "prompt")
        assert len(server.requests) == 3
        assert client.counters.rested == 5
        assert client.counters.without == {"outage": 8}
        server.script = UNSAFE
        while client.counters.verdicts == 0:
            try:
                await client.ask(PROMPT, "prompt")
            except GuardFault:
                await asyncio.sleep(0.02)
        assert (await client.ask(PROMPT, "prompt")).findings

    with ScriptedUpstream(json_body({}, 503)) as server:
        asked(server.url, many, rest_after=3, rest_seconds=0.5)


@pytest.mark.parametrize("script", [json_body({}, 401), json_body(b"nonsense")])
def test_a_server_that_answers_wrong_does_not_rest(script: Script) -> None:
    async def many(client: GuardClient) -> None:
        for _ in range(6):
            with pytest.raises(GuardFault):
                await client.ask(PROMPT, "prompt")
        assert client.counters.rested == 0

    with ScriptedUpstream(script) as server:
        asked(server.url, many, rest_after=2, rest_seconds=60)


# On this machine.


def local(classify: Any, **settings: Any) -> Any:
    """A client over a written fake with the interface of a loaded classifier."""
    guard = Guard("g", "local", **{"timeout_seconds": SECONDS, **settings})
    return GuardClient(guard, UpstreamPool(), {}, LocalGuard("g", classify))


def test_a_local_classifier_runs_in_a_thread_of_its_own() -> None:
    async def main() -> None:
        client, threads = local(lambda text: [("toxic", 0.9)]), set[str]()
        client._asks = LocalGuard("g", lambda text: threads.add(threading.current_thread().name) or [("toxic", 0.9)])
        assert (await client.ask(PROMPT, "prompt")).findings
        assert threading.current_thread().name not in threads
        client.close()

    asyncio.run(main())


def test_a_local_classifier_that_takes_too_long_is_a_timeout() -> None:
    go_on = threading.Event()

    async def main() -> None:
        client = local(lambda text: go_on.wait(30) and [("toxic", 0.9)], timeout_seconds=SHORT, concurrency=1)
        found = await asyncio.gather(*[client.ask(PROMPT, "prompt") for _ in range(3)], return_exceptions=True)
        assert [error.kind for error in found] == ["timeout"] * 3
        go_on.set()
        client.close()

    asyncio.run(main())


def test_guards_are_found_by_name() -> None:
    async def main() -> None:
        pool = UpstreamPool()
        guards = Guards(
            [Guard("a", "qwen3guard", server.url, model="m"), Guard("b", "llama_guard", "http://h")], pool, {}
        )
        assert guards.names == ("a", "b")
        await guards["a"].ask(PROMPT, "prompt")
        assert [(name, found.verdicts) for name, found in guards.counters.items()] == [("a", 1), ("b", 0)]
        guards.close()
        await pool.close()

    with ScriptedUpstream(SAFE) as server:
        asyncio.run(main())


def test_the_counters_are_numbers_for_prometheus() -> None:
    from prometheus_client.parser import text_string_to_metric_families

    counters = GuardCounters(asked=5, verdicts=3, unsafe=1, seconds=0.75)
    counters.without["timeout"] = 2
    page = exposition(guard_metrics({"qwen": counters})).decode()
    found = {
        (sample.name, sample.labels.get("kind")): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.labels["guard"] == "qwen"
    }
    assert found["hegui_guard_asked_total", None] == 5
    assert found["hegui_guard_seconds_total", None] == 0.75
    assert found["hegui_guard_without_verdict_total", "timeout"] == 2
    assert found["hegui_guard_without_verdict_total", "outage"] == 0
    assert list(guard_metrics({})) == []
