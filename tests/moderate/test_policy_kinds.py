"""What a policy may say about personal information, harm, and who asks; and what becomes of a prompt that is masked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.detectors import Detectors
from hegui.detect.findings import HARM, PERSONAL, Finding
from hegui.detect.lexicon import Lexicon, Term
from hegui.detect.personal.masking import Placeholders, restore
from hegui.detect.screen import CompiledLexicon
from hegui.errors import FileFaults
from hegui.moderate.body import screen_prompt
from hegui.moderate.policy import Audience, Policy, Rule
from hegui.moderate.policy_files import built_in_policy, built_in_text, read_policy
from hegui.moderate.restoring import RestoringAnswer, restore_body
from hegui.moderate.wire import DONE, encode_json, framed

DETECTORS = Detectors(CompiledLexicon(Lexicon((Term("t", "冰毒", "A.1.h"),))))
MASKING = read_policy(
    "name: p\nversion: 1\nrules: [{kind: personal, direction: prompt, severity: [medium, high], action: mask}]\n", "p"
)
TERM = Finding("t", "A.1.h", "high", "exact", 0, 2)
NUMBER = Finding("mobile_number", "A.4.f", "high", "form", 0, 11, PERSONAL)
SCORED = Finding("violence", "A.1.f", "high", "score", 9, 10, HARM, 0.9)


def policy(rules: str, **more: str) -> Policy:
    members = "".join(f"\n{name}: {text}" for name, text in more.items())
    return read_policy(f"name: p\nversion: 1\nrules: {rules}{members}\n", "p.yaml")


@pytest.mark.parametrize(
    ("rules", "finding", "action"),
    [
        ("[{action: flag}]", TERM, "flag"),
        ("[{action: flag}]", NUMBER, "allow"),
        ("[{action: flag}]", SCORED, "allow"),
        ("[{kind: personal, action: flag}]", NUMBER, "flag"),
        ("[{kind: [personal, harm], action: flag}]", SCORED, "flag"),
        ("[{kind: personal, term: resident_id, action: flag}]", NUMBER, "allow"),
        ("[{kind: personal, term: [resident_id, mobile_number], action: flag}]", NUMBER, "flag"),
        ("[{kind: harm, score: 0.8, action: refuse}]", SCORED, "refuse"),
        ("[{kind: harm, score: 0.95, action: refuse}]", SCORED, "allow"),
        ("[{kind: harm, risk: A.1.f, severity: high, action: refuse}]", SCORED, "refuse"),
    ],
)
def test_a_rule_is_for_what_it_names(rules: str, finding: Finding, action: str) -> None:
    assert policy(rules).action("prompt", finding) == action


@pytest.mark.parametrize(
    ("audience", "action"),
    [
        (Audience(), "flag"),
        (Audience("kids"), "refuse"),
        (Audience("kids", frozenset({"limited"})), "refuse"),
        (Audience("other", frozenset({"minor"})), "safe_reply"),
        (Audience("other", frozenset({"limited"})), "flag"),
    ],
)
def test_a_rule_may_be_for_some_users_and_some_applications(audience: Audience, action: str) -> None:
    whole = policy("[{application: kids, action: refuse}, {user: minor, action: safe_reply}, {action: flag}]")
    faced = whole.facing(audience)
    assert faced.action("prompt", TERM) == action
    assert faced.label == whole.label


@pytest.mark.parametrize(
    ("written", "sought"),
    [
        ("[]", {"prompt": set(), "answer": set()}),
        ("[{kind: harm, action: allow}]", {"prompt": set(), "answer": set()}),
        ("[{kind: harm, direction: prompt, action: flag}]", {"prompt": {"harm"}, "answer": set()}),
        (
            "[{kind: personal, action: flag}]\nharm: {answer: stop}",
            {"prompt": {"personal"}, "answer": {"personal", "harm"}},
        ),
    ],
)
def test_a_detector_is_sought_where_something_follows(written: str, sought: dict[str, set[str]]) -> None:
    assert policy(written).sought == sought


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("rules: [{kind: harm, action: redact}]", "rules[0].action"),
        ("rules: [{kind: harm, direction: prompt, action: mask}]", "rules[0].action"),
        ("rules: [{kind: personal, action: mask}]", "rules[0].action"),
        ("rules: [{direction: prompt, action: mask}]", "rules[0].action"),
        ("rules: [{kind: personal, term: shoe_size, action: flag}]", "rules[0].term"),
        ("rules: [{kind: harm, term: rudeness, action: flag}]", "rules[0].term"),
        ("rules: [{score: 0.5, action: flag}]", "rules[0].score"),
        ("rules: [{kind: harm, score: 2, action: flag}]", "rules[0].score"),
        ("rules: [{kind: harm, score: yes, action: flag}]", "rules[0].score"),
        ("rules: [{user: child, action: flag}]", "rules[0].user"),
        ("rules: [{review: maybe, action: flag}]", "rules[0].review"),
        ("harm: {prompt: redact}", "harm.prompt"),
        ("harm: {prompt: help}", "harm.prompt"),
        ("personal: {answer: mask}", "personal.answer"),
        ("restore: perhaps", "restore"),
        ("guards: [x]", "guards"),
        ("rules: [{kind: harm, score: 0.5, action: flag}, {kind: harm, score: 0.9, action: refuse}]", "rules[1]"),
    ],
)
def test_what_cannot_be_meant_is_a_fault(written: str, place: str) -> None:
    with pytest.raises(FileFaults) as caught:
        read_policy(f"name: p\nversion: 1\n{written}\n", "p.yaml")
    assert place in [where for where, _ in caught.value.faults]


def test_the_policies_that_ship_read_back_and_say_what_their_names_do() -> None:
    assert built_in_policy("strict").sought["prompt"] == {"personal", "harm"}
    assert "restore: true" in built_in_text("strict")
    assert built_in_policy("strict").rule("prompt", SCORED).review
    assert not built_in_policy().rule("prompt", TERM).review


def messages(*contents: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content} for content in contents]}


def test_what_is_masked_does_not_reach_the_model_and_the_same_value_has_one_placeholder() -> None:
    value, pairs = messages("手机13800000000。", "再说一次：13800000000，还有⟦手机号1⟧"), Placeholders()
    screened = screen_prompt(DETECTORS, MASKING, value, pairs)
    assert screened.decision == "mask"
    sent = json.dumps(value, ensure_ascii=False)
    assert "138" not in sent
    assert sent.count("⟦手机号1⟧") == 2
    assert [restore(m["content"], pairs) for m in value["messages"]] == [
        "手机13800000000。",
        "再说一次：13800000000，还有⟦手机号1⟧",
    ]


def test_a_number_that_crosses_the_parts_of_a_message_is_replaced_where_it_begins() -> None:
    value = messages([{"type": "text", "text": "手机138000"}, {"type": "text", "text": "00000，谢谢"}])
    screen_prompt(DETECTORS, MASKING, value, Placeholders())
    assert [part["text"] for part in value["messages"][0]["content"]] == ["手机⟦手机号1⟧", "，谢谢"]


def test_without_placeholders_it_is_masked_for_good() -> None:
    value = messages("手机13800000000。")
    screen_prompt(DETECTORS, MASKING, value)
    assert value["messages"][0]["content"] == "手机＊＊＊＊＊＊＊＊＊＊＊。"


def test_a_members_name_that_cannot_be_masked_is_refused() -> None:
    value = {"messages": [], "tools": [{"function": {"parameters": {"properties": {"手机13800000000": {}}}}}]}
    assert screen_prompt(DETECTORS, MASKING, value, Placeholders()).decision == "refuse"


def events(pieces: list[str], *, finish: bool = True) -> list[bytes]:
    chunks = [{"index": 0, "delta": {"content": piece}, "finish_reason": None} for piece in pieces]
    if finish:
        chunks.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    return [framed(encode_json({"id": "x", "choices": [chunk]})) for chunk in chunks] + [DONE]


def said(out: bytes) -> str:
    lines = [line[6:] for line in out.decode().splitlines() if line.startswith("data: {")]
    return "".join(json.loads(line)["choices"][0]["delta"].get("content", "") for line in lines)


PAIRS = Placeholders()
NAMES = [PAIRS.of("mobile_number", "13800000000"), PAIRS.of("email", "a@example.com"), PAIRS.bracket()]


@given(
    st.lists(st.sampled_from([*NAMES, "⟦", "⟧", "⟦未知9⟧", "你好", "ok "]), max_size=8).map("".join),
    st.lists(st.integers(1, 7), min_size=1, max_size=9),
    st.booleans(),
)
def test_what_was_masked_comes_back_however_the_answer_is_cut(text: str, sizes: list[int], finish: bool) -> None:
    pieces, at, number = [], 0, 0
    while at < len(text):
        pieces.append(text[at : at + sizes[number % len(sizes)]])
        at, number = at + len(pieces[-1]), number + 1
    stream, out = RestoringAnswer(PAIRS), b""
    for event in events(pieces, finish=finish):
        out += stream.feed(event)
        assert restore(text, PAIRS).startswith(said(out))
    out += stream.finish()
    assert said(out) == restore(text, PAIRS)
    assert out.endswith(DONE)
    body = {"choices": [{"index": 0, "message": {"content": text}}]}
    assert restore_body(body, PAIRS) == (restore(text, PAIRS) != text)
    assert body["choices"][0]["message"]["content"] == restore(text, PAIRS)  # type: ignore[index]


def test_what_brings_no_placeholder_keeps_its_bytes_and_probabilities_go() -> None:
    plain = framed(b'{ "choices":[ {"index":0,"delta":{"content":"\\u4f60"}} ] }')
    assert RestoringAnswer(PAIRS).feed(plain) == plain
    probable = framed(b'{"choices":[{"index":0,"delta":{"content":"x"},"logprobs":{"content":[{"token":"x"}]}}]}')
    assert b'"logprobs":null' in RestoringAnswer(PAIRS).feed(probable)


def test_rules_of_one_kind_do_not_shadow_those_of_another() -> None:
    assert len(policy("[{action: flag}, {kind: personal, action: flag}, {kind: harm, action: refuse}]").rules) == 3
    assert Rule("flag").kinds == ()
