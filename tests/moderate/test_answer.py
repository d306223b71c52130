"""Screening of streamed answers: recorded streams pass unchanged, and no field of any choice leaks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.detectors import Detectors
from hegui.detect.lexicon import Lexicon, Term
from hegui.detect.screen import CompiledLexicon
from hegui.kernel.sse import SseEvent, SseSplitter
from hegui.label.aigc import AigcLabel
from hegui.moderate.answer import AnswerStream
from hegui.moderate.marks import AnswerMarks
from hegui.moderate.notice import Notice
from hegui.moderate.policy import Policy, Rule
from tests.conftest import shared_rows

DETECTORS = Detectors(
    CompiledLexicon(
        Lexicon(
            (Term("t1", "冰毒", "A.1.h"), Term("t2", "xyzzyq", "A.1.h", mode="word"), Term("t3", "怪东西啊", "A.1.h"))
        )
    )
)
NOTICE = Notice("01J0", "zh", "test@1", "换个话题吧。", "不能回答。")
NO_MARKS = AnswerMarks()


def stream(policy: Policy | None = None, marks: AnswerMarks = NO_MARKS, **more: Any) -> AnswerStream:
    return AnswerStream(DETECTORS, policy or Policy("test", 1), NOTICE, marks, model="m", **more)


def run(body: bytes, answer: AnswerStream, size: int | None = None) -> bytes:
    splitter, out = SseSplitter(1 << 20), b""
    pieces = [body] if size is None else [body[i : i + size] for i in range(0, len(body), size)]
    for piece in pieces:
        for event in splitter.feed(piece):
            out += answer.feed(event)
    rest = splitter.finish()
    if rest is not None:
        out += answer.feed(rest)
    return out if answer.is_done else out + answer.finish(b"")


def chunk(index: int = 0, finish: str | None = None, **delta: Any) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    value = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def values(out: bytes) -> list[Any]:
    return [json.loads(line[6:]) for line in out.decode().split("\n\n") if line.startswith("data: {")]


def said(out: bytes, name: str = "content", index: int = 0) -> str:
    return "".join(
        choice["delta"].get(name) or ""
        for value in values(out)
        for choice in value.get("choices", ())
        if choice["index"] == index
    )


def whole_characters(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").rstrip("\ufffd")


def test_recorded_streams_pass_byte_for_byte_when_clean() -> None:
    count = 0
    for name in ("openai_protocol", "stream_invariants"):
        for row in shared_rows(name):
            if not row.get("stream", True) or row.get("name") == "zero_width_in_stream":
                continue
            if "image_generation_call" in row["body"]:
                continue  # pictures do not pass: test_answer_files
            body = row["body"].encode()
            answer = stream(kind="responses" if row.get("api") == "responses" else "chat")
            out = run(body, answer)
            assert out.rstrip(b"\n") == body.rstrip(b"\n"), row["id"]
            assert answer.tally.screened == answer.tally.delivered, row["id"]
            count += 1
    assert count > 60


def test_a_clean_answer_keeps_its_bytes_whatever_the_cut() -> None:
    body = (
        chunk(role="assistant", content="")
        + chunk(content="你好")
        + chunk(content="，世界")
        + chunk(finish="stop")
        + b"data: [DONE]\n\n"
    )
    for size in (1, 2, 3, 7, 64):
        assert run(body, stream(), size) == body


FIELDS = ["content", "reasoning_content", "refusal", "reasoning", "something_new"]


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("cut", [("这是冰毒。",), ("这是冰", "毒。"), ("这是", "冰", "\u200b", "毒", "。")])
def test_no_field_lets_half_a_term_out(name: str, cut: tuple[str, ...]) -> None:
    answer = stream()
    out = run(b"".join(chunk(**{name: text}) for text in cut) + chunk(finish="stop") + b"data: [DONE]\n\n", answer)
    assert said(out, name) == "这是"
    assert values(out)[-1]["choices"][0]["finish_reason"] == "content_filter"
    assert values(out)[-1]["hegui"]["risks"] == [{"id": "A.1.h", "name": "其他法律、行政法规禁止的内容"}]
    assert "冰毒".encode() not in out
    assert out.endswith(b"data: [DONE]\n\n")
    assert answer.ended
    assert answer.tally.screened == answer.tally.delivered + answer.tally.withheld


def test_tool_arguments_are_joined_and_unescaped_before_they_are_judged() -> None:
    def call(**function: str) -> dict[str, Any]:
        return {"tool_calls": [{"index": 0, "function": function}]}

    body = (
        chunk(**call(name="f", arguments='{"q":"'))
        + chunk(**call(arguments="\\u51b0"))
        + chunk(**call(arguments='\\n毒"}'))
    )
    answer = stream()
    out = run(body + chunk(finish="tool_calls") + b"data: [DONE]\n\n", answer)
    assert answer.ended
    assert "毒" not in out.decode()
    assert "51b0" not in out.decode()


def test_one_ended_choice_leaves_the_other_alone() -> None:
    answer = stream(choices=2)
    body = (
        chunk(0, content="冰")
        + chunk(1, content="清楚")
        + chunk(0, content="毒")
        + chunk(1, content="得很")
        + chunk(1, finish="stop")
    )
    out = run(body + b"data: [DONE]\n\n", answer)
    assert said(out, index=0) == ""
    assert said(out, index=1) == "清楚得很"
    reasons = {c["index"]: c["finish_reason"] for v in values(out) for c in v["choices"] if c["finish_reason"]}
    assert reasons == {0: "content_filter", 1: "stop"}


def test_the_safe_part_of_an_event_leaves_at_once() -> None:
    answer, splitter = stream(), SseSplitter(1 << 20)
    out = b"".join(answer.feed(event) for event in splitter.feed(chunk(role="assistant", content="今天冰")))
    assert said(out) == "今天"
    out = b"".join(answer.feed(event) for event in splitter.feed(chunk(content="淇淋")))
    assert said(out) == "冰淇淋"
    assert "role" not in values(out)[0]["choices"][0]["delta"]


def test_unknown_event_shapes_are_withheld_and_counted() -> None:
    odd = [
        b"data: hello\n\n",
        b'data: {"weird":"x"}\n\n',
        b"data: [1]\n\n",
        b"data: \xff\n\n",
        b'data: {"choices":[1]}\n\n',
    ]
    for event in odd:
        answer = stream()
        body = chunk(content="好") + chunk(finish="stop") + b"data: [DONE]\n\n"
        assert run(event + body, answer) == body
        assert answer.tally.withheld_events == 1


def test_text_after_the_finish_is_withheld() -> None:
    answer = stream()
    out = run(chunk(content="冰") + chunk(finish="stop") + chunk(content="毒") + b"data: [DONE]\n\n", answer)
    assert said(out) == "冰"
    assert answer.tally.withheld_events == 1


def test_log_probabilities_never_run_ahead_of_the_content() -> None:
    def token(text: str) -> bytes:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
        choice["logprobs"] = {
            "content": [{"token": text, "logprob": -0.1, "bytes": list(text.encode()), "top_logprobs": []}]
        }
        return b"data: " + json.dumps({"id": "c", "choices": [choice]}, ensure_ascii=False).encode() + b"\n\n"

    out = run(token("看冰") + token("毒") + b"data: [DONE]\n\n", stream())
    assert "冰" not in out.decode()
    assert said(out) == "看"
    clean = token("看") + token("书") + chunk(finish="stop") + b"data: [DONE]\n\n"
    assert run(clean, stream()) == clean


def test_masked_text_is_masked_in_the_tokens_too() -> None:
    policy = Policy("test", 1, (Rule("redact"),))
    choice = {"index": 0, "delta": {"content": "冰毒"}, "finish_reason": None}
    choice["logprobs"] = {"content": [{"token": "冰毒", "logprob": -0.1, "bytes": None, "top_logprobs": []}]}
    body = (
        b"data: "
        + json.dumps({"id": "c", "choices": [choice]}).encode()
        + b"\n\n"
        + chunk(finish="stop")
        + b"data: [DONE]\n\n"
    )
    out = run(body, stream(policy))
    assert said(out) == "＊＊"
    assert "冰" not in out.decode()
    assert "\\u51b0" not in out.decode()


@pytest.mark.parametrize(
    ("action", "name", "text"), [("safe_reply", "content", "看换个话题吧。"), ("refuse", "refusal", "不能回答。")]
)
def test_the_last_words_follow_the_policy(action: Any, name: str, text: str) -> None:
    out = run(
        chunk(content="看冰毒") + chunk(finish="stop") + b"data: [DONE]\n\n", stream(Policy("test", 1, (Rule(action),)))
    )
    assert said(out, name) == text


def test_marks_stand_at_the_head_the_tail_and_in_the_first_and_last_event() -> None:
    label = AigcLabel.first("P", "01J0")
    marks = AnswerMarks("〔AI生成〕", "（由AI生成）", label.splice)
    usage = b'data: {"id":"c","choices":[],"usage":{"total_tokens":2}}\n\n'
    body = (
        chunk(role="assistant", content="") + chunk(content="你好") + chunk(finish="stop") + usage + b"data: [DONE]\n\n"
    )
    out = run(body, stream(marks=marks))
    assert said(out) == "〔AI生成〕你好（由AI生成）"
    assert [i for i, value in enumerate(values(out)) if "aigc" in value] == [0, len(values(out)) - 1]
    assert values(out)[-1]["aigc"] == label.keys()
    assert values(out)[-1]["usage"] == {"total_tokens": 2}


def test_tool_calls_carry_no_visible_mark() -> None:
    body = chunk(tool_calls=[{"index": 0, "function": {"name": "f", "arguments": "{}"}}]) + chunk(finish="tool_calls")
    out = run(body + b"data: [DONE]\n\n", stream(marks=AnswerMarks("头", "尾")))
    assert "头" not in out.decode()
    assert "尾" not in out.decode()


def test_a_choice_that_stalls_does_not_hold_up_the_others_for_ever() -> None:
    answer, splitter = stream(choices=2), SseSplitter(1 << 20)
    out = b""
    for event in splitter.feed(chunk(0, content="冰") + chunk(1, content="嗯") * 500):
        out += answer.feed(event)
    assert len(said(out, index=1)) >= 400


TEXTS = st.lists(
    st.sampled_from(["冰", "毒", "怪东", "西啊", "一", "😀", "\u200b", "\\u51b0", "\ud83d", "\ude00", "a<b>"]),
    max_size=10,
)


@given(st.lists(st.tuples(st.integers(0, 1), TEXTS.map("".join)), max_size=8), st.integers(1, 50))
def test_every_cut_of_two_choices_gives_the_same_decision_and_counts_add_up(
    pieces: list[tuple[int, str]], size: int
) -> None:
    events = [
        b"data: " + json.dumps({"id": "c", "choices": [{"index": i, "delta": {"content": t}}]}).encode() + b"\n\n"
        for i, t in pieces
    ]
    body = b"".join(events) + b"data: [DONE]\n\n"
    whole, cut = stream(choices=2), stream(choices=2)
    assert run(body, whole) == run(body, cut, size)
    for answer in (whole, cut):
        assert answer.tally.screened == answer.tally.delivered + answer.tally.withheld
    for index in (0, 1):
        text = "".join(t for i, t in pieces if i == index)
        assert whole_characters(text).startswith(whole_characters(said(run(body, stream(choices=2)), index=index)))


class LongWay(AnswerStream):
    """Takes every event apart member by member, the common one too."""

    def _feed_piece(self, event: SseEvent, value: Any) -> bytes | None:
        return None


PIECES = st.lists(
    st.tuples(
        st.sampled_from(["content", "content", "content", "reasoning_content", "refusal"]),
        st.sampled_from(
            ["冰", "毒", "怪东", "西啊", "一二", "好", " ", "，", '"', "\n", "\\u51b0", "xyz", "zyq", "role", "冰好"]
        ),
        st.booleans(),
    ),
    max_size=14,
)


@given(PIECES, st.sampled_from(["stop", "redact", "flag"]), st.booleans())
def test_the_short_way_says_and_counts_what_the_long_way_does(
    pieces: list[tuple[str, str, bool]], action: Any, is_marked: bool
) -> None:
    body = chunk(role="assistant", content="")
    for name, text, is_escaped in pieces:
        value = json.loads(chunk(**{name: text})[6:])
        body += b"data: " + json.dumps(value, ensure_ascii=is_escaped).encode() + b"\n\n"
    body += chunk(finish="stop") + b"data: [DONE]\n\n"
    policy = Policy("test", 1, (Rule(action),))
    marks = AnswerMarks("头", "尾", AigcLabel.first("P", "01J0").splice) if is_marked else NO_MARKS
    short, long = stream(policy, marks), LongWay(DETECTORS, policy, NOTICE, marks, model="m")
    a, b = run(body, short), run(body, long)
    assert [said(a, name) for name in FIELDS] == [said(b, name) for name in FIELDS]
    assert short.tally == long.tally
    assert short.tally.screened == short.tally.delivered + short.tally.withheld
    assert (short.ended, short.is_done) == (long.ended, long.is_done)
    for value in values(a):
        assert set(value) <= {"id", "object", "created", "model", "choices", "hegui", "aigc"}


def test_what_was_held_leaves_with_the_next_event() -> None:
    texts = ["看怪", "东", "看怪", "石头", "怪", "人"]
    out = run(
        chunk(role="assistant", content="")
        + b"".join(chunk(content=text) for text in texts)
        + chunk(finish="stop")
        + b"data: [DONE]\n\n",
        stream(),
    )
    assert [value["choices"][0]["delta"].get("content") for value in values(out)] == [
        "", "看", "怪东看", "怪石头", "怪", "人", None,
    ]  # fmt: skip


def test_a_name_in_the_envelope_is_text_unless_it_looks_like_a_name() -> None:
    first, second = (
        chunk(role="assistant", content="好"),
        chunk(content="的").replace(b'"id": "c"', '"id": "冰毒"'.encode()),
    )
    answer = stream()
    out = run(first + second + chunk(finish="stop") + b"data: [DONE]\n\n", answer)
    assert answer.ended
    assert "冰毒".encode() not in out
    nested = chunk(content="的").replace(b'"created": 1', '"created": {"x": "冰毒"}'.encode())
    answer = stream()
    assert "冰毒".encode() not in run(first + nested + chunk(finish="stop") + b"data: [DONE]\n\n", answer)
    assert answer.ended
