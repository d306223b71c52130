"""Ways around the screen that were tried: each is closed, on streams and on whole bodies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hegui.detect.detectors import Detectors
from hegui.detect.lexicon import Lexicon, Term
from hegui.detect.screen import CompiledLexicon, is_clean, scan
from hegui.kernel.sse import SseSplitter
from hegui.moderate.body import screen_answer, screen_prompt
from hegui.moderate.policy import Policy, Rule
from hegui.moderate.stream import TextScreen
from tests.moderate.test_answer import DETECTORS, NOTICE, chunk, run, said, stream, values

DONE = b"data: [DONE]\n\n"
STOP, REDACT = Policy("test", 1), Policy("test", 1, (Rule("redact"),))


def event(value: Any) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def delta(text: Any, kind: str = "output_text", **more: Any) -> bytes:
    place = {"item_id": "i", "output_index": 0, "content_index": 0}
    return event({"type": f"response.{kind}.delta", **place, "delta": text, **more})


@pytest.mark.parametrize("policy", [STOP, REDACT])
@pytest.mark.parametrize(
    "body",
    [
        chunk(冰毒="t"),
        chunk(content="你好", 冰毒="t"),
        chunk(a="hello", 冰=1) + chunk(毒=1),
        chunk(tool_calls=[{"index": 0, "function": {"name": "f", "arguments": {"冰毒": "how to"}}}]),
    ],
)
def test_a_term_in_a_members_name_does_not_leave(policy: Policy, body: bytes) -> None:
    answer = stream(policy)
    out = run(body + chunk(finish="stop") + DONE, answer).decode()
    assert "冰" not in out
    assert answer.ended
    assert answer.tally.screened == answer.tally.delivered + answer.tally.withheld


@pytest.mark.parametrize("policy", [STOP, REDACT])
def test_a_term_in_a_members_name_of_a_body_does_not_leave(policy: Policy) -> None:
    value = {"choices": [{"index": 0, "message": {"content": "好", "冰毒": "b"}}]}
    tally, changed = screen_answer(DETECTORS, policy, NOTICE, value)
    assert changed
    assert "冰" not in json.dumps(value, ensure_ascii=False)
    assert tally.screened == tally.delivered + tally.withheld


def test_events_between_the_parts_of_a_responses_text_do_not_part_it() -> None:
    between = event({"type": "response.output_text.annotation.added", "item_id": "i"})
    out = run(delta("他们冰") + between + delta("毒好"), stream(kind="responses"))
    assert "冰" not in out.decode()
    done = event({"type": "response.output_text.done", "item_id": "i", "output_index": 0, "content_index": 0})
    body = delta("他们冰") + between + done + event({"type": "response.completed", "response": {}})
    answer = stream(kind="responses")
    assert "".join(v.get("delta", "") for v in values(run(body, answer))) == "他们冰"
    assert not answer.tally.rulings


@pytest.mark.parametrize(
    "body",
    [
        delta({"text": "冰"}, "reasoning") + delta({"text": "毒"}, "reasoning"),
        delta("他们冰", logprobs=[{"token": "他们冰", "logprob": 0}]) + delta("毒", logprobs=[]),
        event(
            {
                "type": "response.completed",
                "response": {"output": [{"content": [{"text": "冰"}]}, {"content": [{"text": "毒"}]}]},
            }
        ),
    ],
)
def test_texts_of_the_responses_interface_are_joined_as_their_reader_does(body: bytes) -> None:
    out = run(body, stream(kind="responses")).decode()
    assert "冰" not in out
    assert "毒" not in out


def test_parts_of_a_whole_output_are_one_text() -> None:
    value = {"object": "response", "output": [{"content": [{"text": "冰"}, {"text": "毒"}]}]}
    tally, _ = screen_answer(DETECTORS, STOP, NOTICE, value)
    assert tally.decision == "stop"


def test_what_one_field_holds_back_holds_up_no_other() -> None:
    body = chunk(role="assistant", reasoning_content="想到冰") + b"".join(chunk(content=f"{i}，") for i in range(50))
    answer = stream()
    out = run(body, answer)
    assert said(out).count("，") == 50
    calls = b"".join(
        chunk(tool_calls=[{"index": 0, "function": {"name": "f" if not i else "", "arguments": "1"}}]) for i in range(9)
    )
    out = run(chunk(content="算冰") + calls, stream())
    assert out.count(b"arguments") == 9
    assert out.index(b'"name"') < out.index(b'"arguments": "1"')


def test_events_behind_a_held_one_do_not_pile_up() -> None:
    answer, splitter = stream(), SseSplitter(1 << 20)
    for event in splitter.feed(chunk(reasoning_content="冰") + b"".join(chunk(content="好，") for _ in range(500))):
        answer.feed(event)
    assert len(answer._outlet.waiting) < 3


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA AAAA"}}


@pytest.mark.parametrize(
    "parts",
    [
        [{"type": "text", "text": "冰", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "毒"}],
        [{"type": "text", "text": "冰", "x": 1}, {"type": "text", "text": "毒"}],
        [{"type": "text", "text": "冰"}, IMAGE, {"type": "text", "text": "毒"}],
        [{"type": "tool_result", "content": [{"type": "text", "text": "冰"}, {"type": "text", "text": "毒"}]}],
    ],
)
def test_the_parts_of_a_message_are_one_text_whatever_stands_between(parts: list[Any]) -> None:
    value = {"messages": [{"role": "user", "content": parts}]}
    assert screen_prompt(DETECTORS, STOP, value).decision == "refuse"
    screened = screen_prompt(DETECTORS, REDACT, value)
    assert screened.decision == "redact"
    assert "冰" not in json.dumps(value, ensure_ascii=False)


def test_content_may_change_from_a_string_to_parts() -> None:
    out = run(chunk(content="好冰") + chunk(content=[{"type": "text", "text": "毒"}]), stream())
    assert "冰" not in out.decode()
    nested = [{"type": "thinking", "thinking": [{"text": "冰"}, {"text": "毒"}]}]
    assert "冰" not in run(chunk(content=nested), stream()).decode()


ODD = [
    {"choices": [], "response": "x"},
    {"error": None, "choices": {"a": 1}},
    {"type": "response.x", "choices": "abc"},
    {"object": "response", "choices": 5},
    {"choices": [{"index": 0, "delta": {"content": "好"}, "logprobs": "x"}]},
    {"choices": [{"index": 0, "delta": {"content": "好"}, "logprobs": ["x"]}]},
    {"choices": [{"index": 0, "delta": {"content": "好"}, "logprobs_x": "x"}]},
    {"choices": [{"index": 0, "message": {"content": ["好", 1]}}]},
    {"choices": [{"index": 0, "delta": {"content": 7}}]},
]


@pytest.mark.parametrize("value", ODD)
def test_odd_shapes_break_nothing(value: Any) -> None:
    for kind in ("chat", "completion", "responses"):
        answer = stream(kind=kind)
        out = run(event(value) + chunk(content="完", finish="stop") + DONE, answer)
        assert answer.is_done
        assert out.endswith(DONE)


@pytest.mark.parametrize("action", ["safe_reply", "refuse", "stop", "redact"])
def test_a_list_of_parts_is_answered_as_a_string_is(action: Any) -> None:
    value = {"choices": [{"index": 0, "message": {"content": [{"type": "text", "text": "冰毒"}]}}]}
    tally, changed = screen_answer(DETECTORS, Policy("test", 1, (Rule(action),)), NOTICE, value)
    assert changed
    assert tally.decision == action
    assert "冰" not in json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize(
    "raw",
    [
        '{"choices":[{"index":0,"delta":{"content":"冰毒","content":"好"}}]}',
        '{"choices":[{"index":0,"delta":{"content":"冰毒"},"delta":{"content":"好"}}]}',
        '{"choices":[{"index":0,"delta":{"content":"\\u51b0毒","conten\\u0074":"好"}}]}',
    ],
)
def test_a_member_that_comes_twice_leaves_once(raw: str) -> None:
    body = chunk(role="assistant", content="你") + b"data: " + raw.encode() + b"\n\n"
    out = run(body + body + chunk(finish="stop") + DONE, stream())
    assert "毒" not in out.decode()
    assert said(out) == "你好你好"


def test_an_event_of_several_lines_stays_one() -> None:
    lines = 'data: {"id":"c",\ndata: "choices":[{"index":0,"delta":{"content":"好冰"}}]}\n\n'.encode()
    out = run(
        chunk(role="assistant", content="你") + lines + lines.replace("好冰".encode(), "箱子".encode()) + DONE, stream()
    )
    assert said(out) == "你好冰箱子"


@pytest.mark.parametrize(("word", "text"), [("llama", "i1lama。"), ("hello", "hei1lo "), ("hello", "he1|o。")])
def test_a_posing_letter_that_begins_as_an_i_is_waited_for(word: str, text: str) -> None:
    lexicon = CompiledLexicon(Lexicon((Term("t", word, "A.1.h"),)))
    assert scan(lexicon, text)
    assert not is_clean(lexicon, text)
    for size in (1, 2, 3, len(text)):
        screen = TextScreen(Detectors(lexicon), STOP)
        out = "".join(screen.feed(text[i : i + size]) for i in range(0, len(text), size)) + screen.finish()
        assert (out, screen.ended) == ("", "stop")


def test_bytes_of_log_probabilities_are_text() -> None:
    tokens = {"content": [{"logprob": -1, "bytes": list("冰毒".encode())}]}
    value = {"choices": [{"index": 0, "message": {"content": "好"}, "logprobs": tokens}]}
    tally, _ = screen_answer(DETECTORS, STOP, NOTICE, value)
    assert tally.decision == "stop"


def test_what_comes_after_a_finish_is_not_held_for_ever() -> None:
    late = event({"choices": [{"index": 0, "delta": {}, "note": "冰"}]})
    usage = event({"choices": [], "usage": {"total_tokens": 2}})
    out = run(chunk(content="好") + chunk(finish="stop") + late + usage + DONE, stream())
    assert b"usage" in out
    assert out.endswith(DONE)


def test_other_lines_do_not_leave_with_the_end() -> None:
    out = run(chunk(content="好") + chunk(finish="stop") + ": 冰毒\nevent: 冰毒\ndata: [DONE]\n\n".encode(), stream())
    assert "冰" not in out.decode()
    assert out.endswith(DONE)


def test_more_texts_than_an_answer_can_have_are_withheld() -> None:
    answer = stream()
    body = b"".join(chunk(tool_calls=[{"index": i, "function": {"name": "f", "arguments": "1"}}]) for i in range(3000))
    out = run(body + chunk(finish="tool_calls") + DONE, answer)
    assert answer.tally.withheld_events > 0
    assert out.endswith(DONE)
