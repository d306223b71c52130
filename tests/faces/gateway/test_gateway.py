"""The gateway end to end: a real `hegui serve`, a scripted model server, the official client and raw sockets."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai
import orjson
import pytest

from hegui.compose import compose, ledger_home
from hegui.ledger.entry import Entry
from hegui.settings import Settings
from hegui.store.spool import Spool
from hegui.store.spool_records import encode_exchange
from hegui.usecases.exchanges import list_exchanges, show_exchange
from hegui.usecases.ledger_log import read_log
from hegui.usecases.ports import ExchangeFilter
from tests.conftest import shared_rows
from tests.store.samples import an_exchange
from tests.support import upstream as play
from tests.support.patience import PATIENCE_SECONDS, free_port, wait_until

VERIFIER = Path(__file__).parents[3] / "verifier" / "hegui_verify.py"
HEGUI = Path(sys.executable).with_name("hegui")


@dataclass
class Gateway:
    """A running gateway with one application before a scripted upstream."""

    url: str
    key: str
    environ: dict[str, str]
    upstream: play.ScriptedUpstream
    clients: list[openai.OpenAI] = field(default_factory=list)

    def hegui(self, *arguments: str) -> str:
        done = subprocess.run(
            [HEGUI, *arguments], env=self.environ, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def client(self) -> openai.OpenAI:
        client = openai.OpenAI(base_url=self.url, api_key=self.key, max_retries=0, timeout=PATIENCE_SECONDS)
        self.clients.append(client)
        return client

    def post(self, value: Any, path: str = "/chat/completions", **headers: str) -> tuple[int, bytes]:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        request = urllib.request.Request(self.url + path, body, {"Authorization": f"Bearer {self.key}", **headers})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def stream(self, script: play.Script, **more: Any) -> bytes:
        self.upstream.script = script
        status, body = self.post(
            {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}], **more}
        )
        assert status == 200
        return body

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.url.removesuffix("/v1") + "/healthz", timeout=PATIENCE_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def settle(self) -> None:
        """Wait until every record so far has come into the database."""
        wait_until(lambda: self.health() == {"status": "ok", "records_waiting": 0, "records_spooled": 0})

    def last(self) -> Any:
        """The newest exchange as `hegui exchange show --json` has it, without the processes."""
        self.settle()
        with closing(compose(Settings.read(self.environ, None))) as system:
            (newest,) = list_exchanges(system.exchanges, system.applications, ExchangeFilter(limit=1))
            shown = show_exchange(system.exchanges, newest.id)
        return json.loads(orjson.dumps(shown, option=orjson.OPT_UTC_Z))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose application carries its labels elsewhere, so that clean answers keep their bytes."""
    with running(tmp_path_factory.mktemp("plain"), "--label", "interface", "--no-implicit-label") as gateway:
        yield gateway


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("labelled"), "--label", "tail") as gateway:
        yield gateway


@contextmanager
def running(state: Path, *label: str, **more: str) -> Iterator[Gateway]:
    """Keywords are settings. In the end every record is in the database, and the ledger holds an entry for each."""
    port = free_port()
    environ = {**os.environ, "HEGUI_STATE_DIR": str(state), "HEGUI_LEXICON_POLL_SECONDS": "0.1"}
    environ |= {"HEGUI_UPSTREAM_IDLE_SECONDS": "2", "HEGUI_UPSTREAM_FIRST_BYTE_SECONDS": "2"}
    environ |= {"HEGUI_SERVER_MAX_BODY_BYTES": "100000", "HEGUI_UPSTREAM_MAX_EVENT_BYTES": "50000"}
    (state / "policies").mkdir()
    (state / "policies" / "lenient.yaml").write_text("name: lenient\nversion: 1\nrules: [{action: flag}]\n")
    environ |= {"HEGUI_POLICY_FOLDER": str(state / "policies"), "HEGUI_EVIDENCE_PUBLISH_SECONDS": "5", **more}
    with play.ScriptedUpstream() as upstream:
        gateway = Gateway(f"http://127.0.0.1:{port}/v1", "", environ, upstream)
        added = json.loads(gateway.hegui("app", "add", "test", "--upstream", upstream.url, *label, "--json"))
        gateway.key = added["api_key"]
        words = state / "words.csv"
        words.write_text("id,term,risk,severity\nt1,冰毒,A.1.h,high\nt2,坏词语,A.1.f,medium\n")
        gateway.hegui("lexicon", "load", str(words))
        with (state / "said").open("wb") as said:
            process = subprocess.Popen([HEGUI, "serve", "--port", str(port)], env=environ, stderr=said)
        try:
            wait_for(gateway.url.removesuffix("/v1") + "/healthz")
            yield gateway
        finally:
            for client in gateway.clients:
                client.close()
            process.terminate()
            process.wait(PATIENCE_SECONDS)
    if environ.get("HEGUI_EVIDENCE_SEQUENCER") == "separate":
        with sequencer(gateway):  # removes the spool of the gateway that has ended
            pass
    assert_all_is_in_the_ledger(gateway)


def assert_all_is_in_the_ledger(gateway: Gateway) -> None:
    settings = Settings.read({name: raw for name, raw in gateway.environ.items() if name.startswith("HEGUI_")}, None)
    log = read_log(ledger_home(settings))
    tree = log.tree
    found = [Entry.decode(tree.entry(index)) for index in range(tree.size)]
    entries = [entry.subject for entry in found if entry.type == "exchange.recorded"]
    rows = gateway.hegui("exchange", "list", "--limit", "100000", "--json").splitlines()
    assert sorted(entries) == sorted(json.loads(row)["id"] for row in rows)
    command = [
        sys.executable,
        "-I",
        str(VERIFIER),
        "verify-log",
        "--key",
        str(log.key),
        settings.state_dir / "ledger",
    ]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert list((settings.state_dir / "spool").glob("*.spool")) == []


def wait_for(url: str) -> None:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS):
                return True
        except OSError:
            return False

    wait_until(answers)


MESSAGES = [{"role": "user", "content": "hi"}]


def said(chunks: Any, index: int = 0) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices if choice.index == index)


def test_the_official_client_chats_and_streams(labelled: Gateway) -> None:
    client = labelled.client()
    labelled.upstream.script = play.json_body(play.chat_body("你好"))
    whole = client.chat.completions.create(model="m", messages=MESSAGES, user="bob")
    assert whole.choices[0].message.content == "你好\n\n（本内容由人工智能生成）"
    assert whole.aigc["Label"] == "1"
    labelled.upstream.script = play.sse(play.chat_stream(["你", "好"]))
    chunks = list(client.chat.completions.create(model="m", messages=MESSAGES, stream=True))
    assert said(chunks) == "你好\n\n（本内容由人工智能生成）"
    assert chunks[0].aigc == chunks[-1].aigc
    assert chunks[0].aigc["ProduceID"] == labelled.last()["id"]


def test_the_official_client_uses_tools_structure_choices_probabilities_and_usage(plain: Gateway) -> None:
    client = plain.client()
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"q":'}}
    rest = {"index": 0, "function": {"arguments": '"你"}'}}
    events = [play.chat_chunk(tool_calls=[call]), play.chat_chunk(tool_calls=[rest])]
    plain.upstream.script = play.sse([*events, finish("tool_calls")])
    with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        message = stream.get_final_completion().choices[0].message
    assert message.tool_calls[0].function.arguments == '{"q":"你"}'
    plain.upstream.script = play.json_body(play.chat_body('{"a":1}'))
    parsed = client.chat.completions.create(model="m", messages=MESSAGES, response_format={"type": "json_object"})
    assert json.loads(parsed.choices[0].message.content) == {"a": 1}
    two = [play.chat_chunk("甲", index=0), play.chat_chunk("乙", index=1), finish("stop"), finish("stop", 1)]
    usage = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
    usage["usage"] = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    plain.upstream.script = play.sse([*two, usage])
    options = {"include_usage": True}
    chunks = list(
        client.chat.completions.create(model="m", messages=MESSAGES, n=2, stream=True, stream_options=options)
    )
    assert (said(chunks, 0), said(chunks, 1)) == ("甲", "乙")
    assert chunks[-1].usage.total_tokens == 3
    assert plain.last()["usage"]["total"] == 3
    token = play.chat_chunk("好")
    token["choices"][0]["logprobs"] = {
        "content": [{"token": "好", "logprob": -0.1, "bytes": [229, 165, 189], "top_logprobs": []}]
    }
    plain.upstream.script = play.sse([token, finish("stop")])
    chunks = list(client.chat.completions.create(model="m", messages=MESSAGES, logprobs=True, stream=True))
    assert chunks[0].choices[0].logprobs.content[0].token == "好"


def finish(reason: str, index: int = 0) -> dict[str, Any]:
    chunk = play.chat_chunk(index=index)
    chunk["choices"][0] |= {"delta": {}, "finish_reason": reason}
    return chunk


def test_completions_embeddings_and_models(plain: Gateway) -> None:
    client = plain.client()
    plain.upstream.script = play.json_body(play.completion_body("好"))
    assert client.completions.create(model="m", prompt="hi").choices[0].text == "好"
    vector = {"object": "list", "model": "m", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 1.0]}]}
    plain.upstream.script = play.json_body({**vector, "usage": {"prompt_tokens": 1, "total_tokens": 1}})
    found = client.embeddings.create(model="m", input="hi", encoding_format="float")
    assert found.data[0].embedding == [0.5, 1.0]
    with pytest.raises(openai.BadRequestError, match="词元编号"):
        client.embeddings.create(model="m", input=[[1, 2, 3]])
    plain.upstream.script = play.json_body({"object": "list", "data": [{"id": "m", "object": "model"}]})
    assert [model.id for model in client.models.list()] == ["m"]
    assert client.models.retrieve("m").id == "m"


def test_the_async_client_cancels_the_upstream_also_before_the_first_token(plain: Gateway) -> None:
    async def leave(script: play.Script) -> None:
        plain.upstream.script = script
        client = openai.AsyncOpenAI(base_url=plain.url, api_key=plain.key, max_retries=0)
        task = asyncio.create_task(client.chat.completions.create(model="m", messages=MESSAGES, stream=True))
        await asyncio.sleep(0.3)
        if task.done():
            stream = task.result()
            await anext(aiter(stream))
            await stream.close()
        else:
            task.cancel()
        await client.close()

    for script in (play.hang(), play.sse(play.chat_stream(["一"] * 100), delay=0.05)):
        plain.upstream.cancelled.clear()
        asyncio.run(leave(script))
        assert plain.upstream.cancelled.wait(PATIENCE_SECONDS)
        wait_until(lambda: plain.last()["outcome"] == "client_left")


def test_a_blocked_stream_ends_as_clients_understand_it_and_is_written_down(plain: Gateway) -> None:
    out = plain.stream(play.sse(play.chat_stream(["今天", "有冰", "\u200b", "毒", "卖"])))
    assert "冰" not in out.decode()
    assert b'"finish_reason":"content_filter"' in out
    assert out.endswith(b"data: [DONE]\n\n")
    row = plain.last()
    assert (row["outcome"], row["decision"], row["findings"][0]["term_id"]) == ("blocked_answer", "stop", "t1")
    assert row["screened_characters"] == row["delivered_characters"] + row["withheld_characters"]
    assert "冰" not in json.dumps(row, ensure_ascii=False)
    assert row["user"] is None


def test_streamed_and_unstreamed_verdicts_are_equal(plain: Gateway) -> None:
    for text in ("今天有冰-毒卖", "好的，没有问题", "坏词语吗", "冰\u200b\u200b毒"):
        out = plain.stream(play.sse(play.chat_stream(list(text))))
        streamed = plain.last()
        plain.upstream.script = play.json_body(play.chat_body(text))
        status, body = plain.post({"model": "m", "messages": MESSAGES})
        whole = plain.last()
        assert status == 200
        assert (streamed["decision"], streamed["outcome"]) == (whole["decision"], whole["outcome"])
        values = [json.loads(line[6:]) for line in out.decode().split("\n\n") if line.startswith("data: {")]
        joined = "".join(c["delta"].get("content") or "" for v in values for c in v["choices"])
        assert json.loads(body)["choices"][0]["message"]["content"] == joined


def test_a_prompt_is_refused_without_naming_the_term(plain: Gateway) -> None:
    before = len(plain.upstream.requests)
    for content in ("哪里买冰毒", [{"type": "text", "text": "冰"}, {"type": "text", "text": "毒"}]):
        with pytest.raises(openai.BadRequestError) as caught:
            plain.client().chat.completions.create(model="m", messages=[{"role": "user", "content": content}])
        assert caught.value.code == "content_filter"
        assert "冰" not in str(caught.value.body)
    assert len(plain.upstream.requests) == before
    assert plain.last()["outcome"] == "blocked_prompt"


def test_each_application_is_screened_by_the_policy_it_names(plain: Gateway) -> None:
    asked = ["app", "add", "lenient", "--upstream", plain.upstream.url, "--policy", "lenient", "--json"]
    other = Gateway(plain.url, json.loads(plain.hegui(*asked))["api_key"], plain.environ, plain.upstream)
    plain.upstream.script = play.json_body(play.chat_body("好"))
    value = {"model": "m", "messages": [{"role": "user", "content": "出售冰毒"}]}
    assert plain.post(value)[0] == 400
    time.sleep(0.5)  # until the gateway has seen the new key
    assert other.post(value)[0] == 200
    assert other.last()["policy"].startswith("lenient@1:")
    assert other.last()["decision"] == "flag"


def test_the_user_is_kept_as_a_pseudonym_whichever_way_it_comes(plain: Gateway) -> None:
    plain.upstream.script = play.json_body(play.chat_body("好"))
    seen = set()
    for more, headers in (({"user": "bob"}, {}), ({"safety_identifier": "bob"}, {}), ({}, {"X-Hegui-User": "bob"})):
        plain.post({"model": "m", "messages": MESSAGES, **more}, **headers)
        seen.add(plain.last()["user"])
    assert len(seen) == 1
    assert seen.pop().startswith("u-")


FAILURES = {
    "upstream_timeout": play.hang(),
    "upstream_malformed": play.malformed(),
    "upstream_wrong_type": play.wrong_content_type(),
    "upstream_oversized_event": play.oversized_event(60_000),
    "upstream_no_done": play.missing_done(),
    "upstream_reset": play.reset_after(2),
}


@pytest.mark.parametrize("outcome", FAILURES)
def test_upstream_failures_reach_the_client_well_formed_and_are_recorded(plain: Gateway, outcome: str) -> None:
    plain.upstream.script = FAILURES[outcome]
    status, body = plain.post({"model": "m", "stream": True, "messages": MESSAGES})
    if status == 200:
        assert body.endswith(b"data: [DONE]\n\n")
    else:
        assert json.loads(body)["error"]["code"]
    assert plain.last()["outcome"] == outcome


def test_an_upstream_that_refuses_is_a_bad_gateway(plain: Gateway) -> None:
    added = plain.hegui("app", "add", "nowhere", "--upstream", f"http://127.0.0.1:{free_port()}/v1", "--json")
    time.sleep(0.5)
    client = openai.OpenAI(base_url=plain.url, api_key=json.loads(added)["api_key"], max_retries=0)
    with pytest.raises(openai.InternalServerError, match="UPS001"):
        client.chat.completions.create(model="m", messages=MESSAGES)
    assert plain.last()["outcome"] == "upstream_refused"


def test_limits_and_wrong_requests_have_clear_errors(plain: Gateway) -> None:
    assert plain.post(b"{")[0] == 400
    assert plain.post(b"[]")[0] == 400
    assert plain.post({"messages": ["x" * 200_000]})[0] == 413
    assert plain.post({"model": "m"}, **{"X-Long": "x" * 60_000, "X-Long2": "x" * 6_000})[0] in (400, 431)
    assert plain.post(b'{"a":' * 500 + b"1" + b"}" * 500)[0] == 400
    status, body = plain.post({"model": "m"}, Authorization="Bearer wrong")
    assert (status, json.loads(body)["error"]["code"]) == (401, "invalid_api_key")
    assert plain.post({}, "/nothing")[0] == 404


def test_whatever_a_client_or_an_upstream_says_there_is_a_record_and_an_answer(plain: Gateway) -> None:
    def recorded() -> int:
        plain.settle()
        return len(plain.hegui("exchange", "list", "--limit", "1000", "--json").splitlines())

    before = recorded()
    plain.upstream.script = play.json_body(play.chat_body("好"))
    messages = json.dumps(MESSAGES)
    assert plain.post(b'{"model":"\\ud800","messages":' + messages.encode() + b"}")[0] == 200
    assert plain.last()["model"] == "?"
    assert plain.post({"model": "m\0", "messages": MESSAGES})[0] == 200
    assert plain.last()["model"] == "m\ufffd"
    assert plain.post({"model": "m", "messages": MESSAGES, "response_format": "json_object"})[0] == 200
    plain.upstream.script = play.json_body({**play.chat_body("好"), "usage": {"total_tokens": 2**64 - 1}})
    assert plain.post({"model": "m", "messages": MESSAGES})[0] == 200
    assert plain.last()["usage"] == {"prompt": 0, "completion": 0, "total": 0}
    plain.upstream.script = play.sse(play.chat_stream(["好"]))
    assert plain.post({"model": "m", "input": "好", "stream": True}, "/embeddings")[0] == 502
    plain.upstream.script = play.json_body({"error": {"message": "no"}, "choices": 5})
    assert plain.post({"model": "m", "messages": MESSAGES})[0] == 502
    plain.upstream.script = play.json_body({"detail": "no"}, status=422)
    assert plain.post({"model": "m", "messages": MESSAGES}) == (422, b'{"detail":"no"}')
    assert recorded() == before + 7


def test_a_large_prompt_does_not_hold_up_the_others(plain: Gateway) -> None:
    plain.upstream.script = play.json_body(play.chat_body("好"))
    value = {"model": "m", "messages": [{"role": "user", "content": "<" * 80_000}]}
    assert plain.post(value)[0] == 200
    assert plain.last()["prompt_characters"] == 80_000


def test_a_rotated_key_ends_and_a_new_list_is_taken_up_without_dropping_a_stream(
    plain: Gateway, tmp_path: Path
) -> None:
    plain.upstream.script = play.sse(play.chat_stream(["一", "二", "新词", "三"] * 5), delay=0.1)
    stream = plain.client().chat.completions.create(model="m", messages=MESSAGES, stream=True)
    next(iter(stream))
    words = tmp_path / "new.csv"
    words.write_text("id,term,risk\nt1,冰毒,A.1.h\nt2,坏词语,A.1.f\nt9,新词,A.1.h\n")
    plain.hegui("lexicon", "load", str(words))
    time.sleep(0.5)
    assert said(stream).endswith("三")
    assert b"content_filter" in plain.stream(play.sse(play.chat_stream(["新", "词"])))


def test_recorded_bodies_pass_unchanged(plain: Gateway) -> None:
    count = pictures = 0
    for row in shared_rows("openai_protocol"):
        body, streamed = row["body"].encode(), bool(row["stream"])
        kind = "text/event-stream" if streamed else "application/json"
        head = f"HTTP/1.1 {row['status']} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        plain.upstream.script = play.raw([head, body])
        path = "/responses" if row["api"] == "responses" else "/chat/completions"
        status, out = plain.post({"model": "m", "stream": streamed, "messages": MESSAGES}, path)
        if not streamed and row["status"] == 200 and "contentType" in row["body"]:
            assert status == 502  # no answer of the protocol at all
            continue
        if b'"image_generation_call"' in body:
            pictures += 1  # they leave with their labels or not at all, as test_media shows
            continue
        assert status == row["status"], row["id"]
        assert out.rstrip(b"\n") == body.rstrip(b"\n"), row["id"]
        count += 1
    assert count > 400
    assert pictures < 5


SEPARATE = {"HEGUI_EVIDENCE_SEQUENCER": "separate", "HEGUI_EVIDENCE_SPOOL_MAX": "3"}


@contextmanager
def sequencer(gateway: Gateway) -> Iterator[None]:
    process = subprocess.Popen([HEGUI, "sequencer"], env=gateway.environ, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline()
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0
        process.stdout.close()


def count(gateway: Gateway) -> int:
    return len(gateway.hegui("exchange", "list", "--limit", "1000", "--json").splitlines())


def ask(gateway: Gateway) -> tuple[int, bytes]:
    return gateway.post({"model": "m", "messages": MESSAGES})


def test_a_full_spool_refuses_requests_until_a_sequencer_has_emptied_it(tmp_path: Path) -> None:
    with running(tmp_path, **SEPARATE) as gateway:
        gateway.upstream.script = play.json_body(play.chat_body("好"))
        answered = 0
        while (answer := ask(gateway))[0] == 200:
            answered += 1
            assert answered < 100
            time.sleep(0.05)
        assert answer[0] == 503
        assert json.loads(answer[1])["error"]["code"] == "evidence_backlog"
        assert answered >= 3
        assert gateway.health()["records_spooled"] == answered
        assert len(gateway.upstream.requests) == answered
        assert count(gateway) == 0
        with sequencer(gateway):
            gateway.settle()
            assert count(gateway) == answered
            wait_until(lambda: ask(gateway)[0] == 200)
            gateway.settle()
        assert count(gateway) == answered + 1
        assert ask(gateway)[0] == 200  # and who records does not notice that it has ended
        with sequencer(gateway):
            pass
        assert count(gateway) == answered + 2


def test_what_workers_left_behind_fills_the_machine_too(tmp_path: Path) -> None:
    """`evidence.spool_max` bounds all spools of a machine: its disk is one."""
    left = Spool(tmp_path / "spool")
    left.append([encode_exchange(an_exchange(number)) for number in range(3)])
    left.close()
    with running(tmp_path, **SEPARATE, HEGUI_VAULT_EXPIRE="command") as gateway:  # the samples are old
        gateway.upstream.script = play.json_body(play.chat_body("好"))
        wait_until(lambda: ask(gateway)[0] == 503)
        with sequencer(gateway):
            wait_until(lambda: ask(gateway)[0] == 200)
            gateway.settle()


def test_a_full_spool_lets_requests_pass_where_it_is_told_to_and_says_so_once(tmp_path: Path) -> None:
    with running(tmp_path, **SEPARATE, HEGUI_EVIDENCE_WHEN_FULL="pass") as gateway:
        gateway.upstream.script = play.json_body(play.chat_body("好"))
        for _ in range(20):
            assert ask(gateway)[0] == 200
            time.sleep(0.05)
        assert gateway.health()["records_spooled"] == 20
        assert count(gateway) == 0
        assert (tmp_path / "said").read_text().count("REC006") == 1
        with sequencer(gateway):
            gateway.settle()
        assert count(gateway) == 20
