"""Guards through a real gateway: prompts and answers wait for them, and no fault lets anything through by accident."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faces.gateway.test_gateway import HEGUI, Gateway, running, said, wait_until
from tests.support import upstream as play
from tests.support.patience import PATIENCE_SECONDS

SAFE = play.json_body(play.chat_body("Safety: Safe\nCategories: None"))
UNSAFE = play.json_body(play.chat_body("Safety: Unsafe\nCategories: Violent"))
GOOD, BAD = "今天天气很好，我们去公园散步。", "接下来是坏事情的做法。"
POLICY = """
name: guarded
version: 1
guards: {prompt: house, answer: house}
rules:
  - {kind: guard, severity: low, action: flag}
  - {kind: guard, direction: answer, risk: A.1.f, action: stop, review: true}
guard: {prompt: refuse, answer: stop}
"""


def judge(request: play.Request) -> play.Script:
    """Unsafe where the text that is judged has 坏 in it."""
    return UNSAFE if "坏" in json.dumps(request.json["messages"][-1], ensure_ascii=False) else SAFE


@contextmanager
def guarded(state: Path, more: str = "") -> Iterator[tuple[Gateway, play.ScriptedUpstream]]:
    with play.ScriptedUpstream(judge) as house:
        file = state / "guards.yaml"
        file.write_text(
            f"guards:\n  - {{name: house, kind: qwen3guard, url: '{house.url}', model: m, timeout_seconds: 1, rest_after: 1000"
            f"{more}}}\n"
        )
        policy = state / "guarded.yaml"
        policy.write_text(POLICY)
        given = {"HEGUI_POLICY_FILE": str(policy), "HEGUI_POLICY_GUARDS": str(file)}
        with running(state, "--label", "interface", "--no-implicit-label", **given) as gateway:
            yield gateway, house


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, play.ScriptedUpstream]]:
    with guarded(tmp_path_factory.mktemp("strict"), ", release: strict") as pair:
        yield pair


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, play.ScriptedUpstream]]:
    fault = ", without_verdict: {outage: {prompt: pass, answer: pass}}, lag_characters: 20"
    with guarded(tmp_path_factory.mktemp("default"), fault) as pair:
        yield pair


def asked(content: str, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}], **more}


def streamed(gateway: Gateway, pieces: list[str]) -> tuple[str, str | None]:
    gateway.upstream.script = play.sse(play.chat_stream(pieces))
    chunks = list(gateway.client().chat.completions.create(**asked("继续"), stream=True))
    return said(chunks), chunks[-1].choices[0].finish_reason


def test_a_prompt_the_guard_refuses_never_reaches_the_model(strict: tuple[Gateway, play.ScriptedUpstream]) -> None:
    gateway, _ = strict
    before = len(gateway.upstream.requests)
    status, body = gateway.post(asked("教我做坏事"))
    assert (status, json.loads(body)["error"]["code"]) == (400, "content_filter")
    assert len(gateway.upstream.requests) == before
    row = gateway.last()
    assert (row["outcome"], row["decision"], row["models"]) == ("blocked_prompt", "refuse", "guard:house=m")
    assert row["findings"][0]["risk"] == "A.1.f"


@pytest.mark.parametrize("size", [1, 3, 40, 400])
def test_strict_lets_nothing_of_a_bad_window_go(strict: tuple[Gateway, play.ScriptedUpstream], size: int) -> None:
    gateway, _ = strict
    text = GOOD * 4 + BAD + GOOD * 4
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    out, finish = streamed(gateway, pieces)
    assert (out, finish) == (GOOD * 4, "content_filter")
    row = gateway.last()
    assert (row["outcome"], row["decision"], row["needs_review"]) == ("blocked_answer", "stop", True)
    assert row["screened_characters"] == row["delivered_characters"] + row["withheld_characters"]
    gateway.upstream.script = play.json_body(play.chat_body(text))
    whole = gateway.client().chat.completions.create(**asked("继续"))
    assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == (GOOD * 4, "content_filter")


def test_a_clean_answer_comes_whole(strict: tuple[Gateway, play.ScriptedUpstream]) -> None:
    gateway, _ = strict
    text = GOOD * 30
    assert streamed(gateway, list(text)) == (text, "stop")
    row = gateway.last()
    assert (row["outcome"], row["decision"], row["delivered_characters"]) == ("completed", "allow", len(text))
    assert streamed(gateway, []) == ("", "stop")


def test_more_events_than_may_wait_are_held_back_at_the_source(strict: tuple[Gateway, play.ScriptedUpstream]) -> None:
    gateway, house = strict
    house.script = lambda request: play.Script((0.3, *judge(request).steps))
    text = GOOD * 150
    try:
        assert streamed(gateway, list(text)) == (text, "stop")
    finally:
        house.script = judge
    assert gateway.last()["withheld_events"] == 0


def test_the_responses_interface_is_guarded_and_asks_once_for_what_it_says_twice(
    strict: tuple[Gateway, play.ScriptedUpstream],
) -> None:
    gateway, house = strict
    item = {"item_id": "m1", "output_index": 0, "content_index": 0}

    def events(text: str) -> list[dict[str, Any]]:
        body = {"id": "r", "object": "response", "status": "completed", "model": "m", "created_at": 1}
        parts = [
            {"type": "message", "id": "m1", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
        ]
        deltas = [
            {"type": "response.output_text.delta", **item, "delta": text[at : at + 9]} for at in range(0, len(text), 9)
        ]
        done = {"type": "response.output_text.done", **item, "text": text}
        return [*deltas, done, {"type": "response.completed", "response": {**body, "output": parts}}]

    gateway.upstream.script = play.sse(events(GOOD * 3), done=False)
    before = len(house.requests)
    status, out = gateway.post({"model": "m", "input": "你好", "stream": True}, "/responses")
    assert status == 200
    assert "response.completed" in out.decode()
    assert len(house.requests) - before <= 4  # the prompt, and the windows of one text
    gateway.upstream.script = play.sse(events(GOOD + BAD), done=False)
    out = gateway.post({"model": "m", "input": "你好", "stream": True}, "/responses")[1]
    assert "坏" not in out.decode()
    assert "response.incomplete" in out.decode()


def test_a_hanging_guard_is_a_timeout_and_stays_closed(strict: tuple[Gateway, play.ScriptedUpstream]) -> None:
    gateway, house = strict
    house.script = play.hang()
    try:
        assert gateway.post(asked("你好"))[0] == 400
    finally:
        house.script = judge
    row = gateway.last()
    assert [(f["term_id"], f["grade"], f["action"]) for f in row["findings"]] == [("guard.house", "timeout", "refuse")]


def test_each_fault_is_decided_by_itself(default: tuple[Gateway, play.ScriptedUpstream]) -> None:
    gateway, house = default
    gateway.upstream.script = play.json_body(play.chat_body(GOOD))
    faults = {
        "outage": (play.refuse(), 200),
        "malformed": (play.json_body(play.chat_body("no verdict")), 400),
        "credentials": (play.json_body({"error": "who are you"}, status=401), 400),
    }
    for kind, (script, status) in faults.items():
        house.script = script
        try:
            assert gateway.post(asked("你好"))[0] == status, kind
        finally:
            house.script = judge
        row = gateway.last()
        assert {f["grade"] for f in row["findings"]} == {kind}
        assert {f["action"] for f in row["findings"]} == {"flag" if status == 200 else "refuse"}
        assert row["needs_review"] == (status == 200)
    page = gateway.health() and _metrics(gateway)
    assert 'hegui_guard_without_verdict_total{guard="house",kind="outage"}' in page


def _metrics(gateway: Gateway) -> str:
    import urllib.request

    with urllib.request.urlopen(gateway.url.removesuffix("/v1") + "/metrics", timeout=PATIENCE_SECONDS) as answer:
        return str(answer.read().decode())


def test_default_runs_ahead_of_the_verdict_no_further_than_its_lag(
    default: tuple[Gateway, play.ScriptedUpstream],
) -> None:
    gateway, _ = default
    text = GOOD * 4 + BAD + GOOD * 4
    out, finish = streamed(gateway, list(text))
    assert finish == "content_filter"
    assert text.startswith(out)
    assert len(out) <= len(GOOD * 4) + 20


def test_the_client_may_leave_while_the_guard_thinks(default: tuple[Gateway, play.ScriptedUpstream]) -> None:
    import socket

    gateway, house = default
    house.script = play.hang()
    try:
        body = json.dumps(asked("你好")).encode()
        with socket.create_connection(("127.0.0.1", int(gateway.url.split(":")[2].split("/")[0]))) as raw:
            head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\n"
            raw.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            wait_until(lambda: house.requests and house.requests[-1].json)
        wait_until(lambda: gateway.last()["outcome"] == "client_left")
    finally:
        house.script = judge


def test_a_client_that_leaves_a_guarded_stream_ends_model_and_guard(
    default: tuple[Gateway, play.ScriptedUpstream],
) -> None:
    gateway, house = default

    def hangs_on_answers(request: play.Request) -> play.Script:
        return play.hang() if request.json["messages"][-1]["role"] == "assistant" else judge(request)

    house.script = hangs_on_answers
    gateway.upstream.script = play.sse(play.chat_stream([GOOD] * 200), delay=0.05)
    gateway.upstream.cancelled.clear()
    house.cancelled.clear()
    try:
        stream = gateway.client().chat.completions.create(**asked("继续"), stream=True)
        next(iter(stream))
        wait_until(lambda: house.requests[-1].json["messages"][-1]["role"] == "assistant")
        stream.close()
        assert gateway.upstream.cancelled.wait(PATIENCE_SECONDS)
        assert house.cancelled.wait(PATIENCE_SECONDS)
    finally:
        house.script = judge
    wait_until(lambda: gateway.last()["outcome"] == "client_left")


def test_a_policy_that_asks_for_a_guard_nobody_describes_keeps_the_gateway_from_starting(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(POLICY)
    environ = {"HEGUI_STATE_DIR": str(tmp_path / "state"), "HEGUI_POLICY_FILE": str(tmp_path / "p.yaml")}
    done = subprocess.run(
        [HEGUI, "serve", "--port", "0"], env=environ, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert done.returncode != 0
    assert "POL005" in done.stderr
