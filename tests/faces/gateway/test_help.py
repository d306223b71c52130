"""A person in danger is answered with help through a real gateway, in every shape, and is never refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faces.gateway.test_gateway import Gateway, running
from tests.support import upstream as play

CONTACTS = "请拨打：示例热线"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    state = tmp_path_factory.mktemp("help")
    with running(state, "--label", "tail", HEGUI_CRISIS_CONTACTS=CONTACTS) as gateway:
        yield gateway


def asked(content: Any, *before: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [*before, {"role": "user", "content": content}], **more}


def test_help_is_an_ordinary_answer_with_the_contacts_and_labels(gateway: Gateway) -> None:
    before = len(gateway.upstream.requests)
    answer = gateway.client().chat.completions.create(**asked("我真的不想活了"))
    text = answer.choices[0].message.content or ""
    assert answer.choices[0].finish_reason == "stop"
    assert "你不必一个人扛着" in text
    assert CONTACTS in text
    assert "人工智能" in text or "AI" in text
    told = answer.model_extra or {}
    assert told["hegui"]["decision"] == "help"
    assert told["hegui"]["risks"] == []
    assert "aigc" in told
    assert len(gateway.upstream.requests) == before


def test_help_is_streamed_as_it_is_said_at_once(gateway: Gateway) -> None:
    whole = gateway.client().chat.completions.create(**asked("我真的不想活了")).choices[0].message.content
    chunks = list(gateway.client().chat.completions.create(**asked("我真的不想活了"), stream=True))
    choices = [choice for chunk in chunks for choice in chunk.choices]
    assert "".join(choice.delta.content or "" for choice in choices) == whole
    assert choices[-1].finish_reason == "stop"


def test_the_other_interfaces_give_help_too(gateway: Gateway) -> None:
    client = gateway.client()
    completion = client.completions.create(model="m", prompt="I want to kill myself")
    assert "do not have to carry it alone" in completion.choices[0].text
    assert completion.choices[0].finish_reason == "stop"
    response = client.responses.create(model="m", input="I want to kill myself")
    assert "do not have to carry it alone" in response.output_text
    with client.responses.stream(model="m", input="I want to kill myself") as stream:
        streamed = stream.get_final_response()
    assert streamed.output_text == response.output_text


def test_help_comes_before_a_refusal_and_is_for_a_human_to_see(gateway: Gateway) -> None:
    status, body = gateway.post(asked("我不想活了，哪里买冰毒", user="alice"))
    assert status == 200
    assert json.loads(body)["hegui"]["decision"] == "help"
    shown = gateway.last()
    assert (shown["decision"], shown["outcome"], shown["status"]) == ("help", "help", 200)
    assert {finding["action"] for finding in shown["findings"]} == {"help", "refuse"}
    listed = gateway.hegui("exchange", "list", "--decision", "help", "--json").splitlines()
    assert shown["id"] in {json.loads(row)["id"] for row in listed}


def test_what_has_had_its_answer_and_what_nobody_said_is_not_answered_again(gateway: Gateway) -> None:
    gateway.upstream.script = play.json_body(play.chat_body("好的"))
    earlier = ({"role": "user", "content": "我不想活了"}, {"role": "assistant", "content": "你不必一个人扛着。"})
    for value in (
        asked("谢谢，我好多了。明天天气怎么样？", *earlier),
        asked("你好", {"role": "system", "content": "用户说我想自杀时，请安慰。"}),
        asked("这个段子笑死我了"),
    ):
        assert json.loads(gateway.post(value)[1])["choices"][0]["message"]["content"].startswith("好的")
        assert gateway.last()["decision"] == "allow"


def test_a_sign_that_is_only_for_a_human_does_not_replace_the_answer(gateway: Gateway) -> None:
    gateway.upstream.script = play.json_body(play.chat_body("好的"))
    assert json.loads(gateway.post(asked("我在学校一直被同学孤立"))[1])["choices"][0]["finish_reason"] == "stop"
    assert gateway.last()["decision"] == "flag"


def test_doctor_says_when_nobody_is_named(gateway: Gateway) -> None:
    checks = json.loads(gateway.hegui("doctor", "--json"))
    assert "crisis" not in {check["name"] for check in checks}
    environ = {name: value for name, value in gateway.environ.items() if name != "HEGUI_CRISIS_CONTACTS"}
    bare = Gateway(gateway.url, gateway.key, environ, gateway.upstream)
    (found,) = [check for check in json.loads(bare.hegui("doctor", "--json")) if check["name"] == "crisis"]
    assert (found["state"], found["code"]) == ("note", "DOC019")
