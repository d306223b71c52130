"""What can be replayed, and that both sides of one policy agree on it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.detectors import Detectors
from hegui.detect.lexicon_files import starter_lexicon
from hegui.errors import InputError
from hegui.kernel.sse import SseEvent, SseSplitter
from hegui.moderate.answer import AnswerStream
from hegui.moderate.marks import AnswerMarks
from hegui.moderate.notice import Notice
from hegui.moderate.policy import Policy
from hegui.moderate.policy_files import built_in_policy
from hegui.usecases.policy_replay import Pair, Placed, Replay, replay_texts
from hegui.usecases.replay_files import files_in, texts_of
from hegui.usecases.replay_material import AnswerBytes, Material, PlainText, PromptBytes, Side

DRUG = "出售冰毒"
FLAGS = Policy("flags", 1, defaults={"prompt": "flag", "answer": "flag"})
PERSONAL = Policy("personal", 1, personal={"prompt": "refuse", "answer": "stop"})


@cache
def detectors() -> Detectors:
    return Detectors(CompiledLexicon(starter_lexicon()))


def pair(after: Policy = FLAGS, before: Policy | None = None) -> Pair:
    return Pair(Side(detectors(), before or built_in_policy()), Side(detectors(), after))


def body(text: str, **more: Any) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": text}], **more}).encode()


def whole(text: str) -> bytes:
    return json.dumps({"choices": [{"index": 0, "message": {"content": text}, "finish_reason": "stop"}]}).encode()


def events(*texts: str) -> bytes:
    values = [{"id": "c", "choices": [{"index": 0, "delta": {"content": text}}]} for text in texts]
    last = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in (*values, last)) + b"data: [DONE]\n\n"


@pytest.mark.parametrize(
    ("material", "policy", "change"),
    [
        (PlainText(DRUG, "prompt"), FLAGS, "newly_released"),
        (PlainText(DRUG, "answer"), FLAGS, "newly_released"),
        (PlainText("你好", "prompt"), FLAGS, "unchanged"),
        (PlainText("\ud83d" + DRUG, "prompt"), FLAGS, "newly_released"),
        (PlainText("我不想活了", "prompt"), Policy("x", 1, crisis={"prompt": "flag", "answer": "flag"}), "no_longer_helped"),
        (PlainText("身份证号11010519491231002X", "answer"), PERSONAL, "newly_blocked"),
        (PromptBytes(body(DRUG)), FLAGS, "newly_released"),
        (PromptBytes(body("手机13800138000")), PERSONAL, "newly_blocked"),
        (AnswerBytes(whole(DRUG)), FLAGS, "newly_released"),
        (AnswerBytes(events("出售", "冰", "毒", "。")), FLAGS, "newly_released"),
        (AnswerBytes(events("电话1380", "0138000。")), PERSONAL, "newly_blocked"),
        (AnswerBytes(events("电话1380", "0138000。")[:-60]), PERSONAL, "newly_blocked"),
    ],
)  # fmt: skip
def test_what_each_material_shows(material: Material, policy: Policy, change: str) -> None:
    replay = Replay(shows=True)
    found = replay.take("one", material, pair(policy))
    assert found is not None
    assert found.change == change
    again = replay.take("two", material, pair(built_in_policy()))
    assert again is not None
    assert again.change == "unchanged"
    assert replay.replayed == 2
    assert replay.changed == (change != "unchanged")
    for kept in replay.examples.values():
        assert all(one.excerpt for one in kept)


@pytest.mark.parametrize(
    "material",
    [
        PromptBytes(b"{"), PromptBytes(b"[]"), PromptBytes(b""), PromptBytes(b'{"input": [1, 2]}'), PromptBytes(b"\xff"),
        PromptBytes(b'{"messages":' + b"[" * 100 + b"]" * 100 + b"}"), PromptBytes(b'{"m":' + b"[" * 100_000),
        AnswerBytes(b"{"), AnswerBytes(b'{"choices": 1}'), AnswerBytes(b'{"choices": [1]}'),
        AnswerBytes(b'{"choices": [{"x":' + b"[" * 100 + b"]" * 100 + b"}]}"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_counted(material: Material) -> None:
    replay = Replay(shows=True)
    assert replay.take("one", material, pair()) is None
    assert replay.passed_over == {(material.direction, "unreadable"): 1}
    assert replay.replayed == 0


@pytest.mark.parametrize(
    "data", [b"", b"data: {\n\n", b": comment\n\n", b"data: 1", b"\xff\xfe\n\n", b"data: [DONE]\n\n"]
)
def test_a_stream_of_anything_is_replayed(data: bytes) -> None:
    found = Replay(shows=True).take("one", AnswerBytes(data), pair())
    assert found is not None


def test_what_hegui_put_into_an_answer_is_not_held_against_it() -> None:
    """An answer ended by the policy, as it was delivered: the reason object names risks, and is no text of the model."""
    stops = built_in_policy()
    notice = Notice("id", "zh", stops.label, "换个话题吧。", "不能回答。")
    stream = AnswerStream(
        detectors(), stops, notice, AnswerMarks(splice=lambda data: data[:-1] + b',"aigc":{"Label":"1"}}'), model="m"
    )
    sent = b"".join(stream.feed(event) for event in SseSplitter(1 << 20).feed(events("我要", DRUG, "。")))
    assert b'"hegui"' in sent
    assert b'"aigc"' in sent
    found = AnswerBytes(sent).screen(Side(detectors(), Policy("all", 1)))
    assert found.rulings == ()
    texts = AnswerBytes(sent).texts()
    assert not any("hegui" in path or "aigc" in path for path in texts)


def test_examples_and_limit_are_bounded() -> None:
    replay, heard = Replay(most_examples=2), []
    texts = (Placed(str(number), PlainText(DRUG, "prompt")) for number in range(100))
    replay_texts(replay, texts, pair(), limit=10, told=heard.append)
    assert (replay.replayed, replay.changed, heard[-1]) == (10, 10, 10)
    assert next(texts).id == "10"
    (kept,) = replay.examples.values()
    assert [(one.id, one.excerpt) for one in kept] == [("0", None), ("1", None)]


def test_a_text_counts_once_under_each_of_its_risks() -> None:
    replay = Replay()
    replay.take("one", PlainText(f"{DRUG}，{DRUG}", "prompt"), pair())
    assert replay.risks == {("prompt", "newly_released", "term", "A.1.h"): 1}


@pytest.mark.parametrize(
    ("name", "content", "materials"),
    [
        ("a.txt", "甲\r\n\n乙".encode(), [("a.txt:1", "甲"), ("a.txt:3", "乙")]),
        ("a.txt", b"\xef\xbb\xbf\xe7\x94\xb2\n", [("a.txt:1", "甲")]),
        ("a.jsonl", b'{"text": "x", "id": 7}\n{"text": "y"}', [("7", "x"), ("a.jsonl:2", "y")]),
        ("a.jsonl", b'{"text": "\\ud83d"}', [("a.jsonl:1", "\ud83d")]),
        ("a.txt", b"", []),
    ],
)  # fmt: skip
def test_rows_of_files(tmp_path: Path, name: str, content: bytes, materials: list[tuple[str, str]]) -> None:
    (tmp_path / name).write_bytes(content)
    found = list(texts_of(tmp_path / name, "answer", name))
    assert [(one.id, one.material) for one in found] == [(id_, PlainText(text, "answer")) for id_, text in materials]


def test_rows_say_what_they_are(tmp_path: Path) -> None:
    rows = [
        {"messages": []}, {"prompt": "x"}, {"input": "x"}, {"choices": []}, {"output": []},
        {"text": "x", "direction": "answer"}, {"text": "x"},
    ]  # fmt: skip
    (tmp_path / "a.ndjson").write_text("\n".join(map(json.dumps, rows)))
    found = [one.material for one in texts_of(tmp_path / "a.ndjson", "prompt", "a")]
    assert [type(one) for one in found] == [*[PromptBytes] * 3, *[AnswerBytes] * 2, *[PlainText] * 2]
    assert [one.direction for one in found] == [*["prompt"] * 3, *["answer"] * 3, "prompt"]


@pytest.mark.parametrize(
    ("name", "content", "code", "place"),
    [
        ("a.txt", b"x\n\xff\n", "RPL001", "a.txt:2"),
        ("a.jsonl", b'{"text": "x"}\n\n[]\n', "RPL001", "a.jsonl:3"),
        ("a.jsonl", b'{"text": 1}\n', "RPL001", "a.jsonl:1"),
        ("a.jsonl", b'{"text": "x", "direction": ["up"]}\n', "RPL001", "a.jsonl:1"),
        ("a.jsonl", b"[" * 100_000, "RPL001", "a.jsonl:1"),
        ("a.jsonl.gz", b"no gzip", "RPL003", "a.jsonl.gz"),
        ("a.txt.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03cut", "RPL003", "a.txt.gz"),
    ],
)  # fmt: skip
def test_bad_files_say_where(tmp_path: Path, name: str, content: bytes, code: str, place: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as raised:
        list(texts_of(tmp_path / name, "prompt", name))
    assert (raised.value.code, raised.value.where) == (code, str(tmp_path / place))


def test_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.txt", "a.jsonl.gz", "README.md", "c.gz", "sub/d.TXT"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found, others = files_in(tmp_path)
    assert ([str(one.relative_to(tmp_path)) for one in found], others) == (["a.jsonl.gz", "b.txt", "sub/d.TXT"], 2)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="RPL002"):
        files_in(tmp_path / "empty")
    assert files_in(tmp_path / "c.gz") == ((tmp_path / "c.gz",), 0)


def test_an_event_keeps_its_other_lines() -> None:
    data = b'event: x\ndata: {"choices":[],"aigc":{"Label":"1"}}\n\n'
    (event,) = AnswerBytes(data)._events()
    assert event == SseEvent(b'data: {"choices":[]}\n\n', b'{"choices":[]}', b"event: x")


NAMES = st.sampled_from(
    ["choices", "message", "delta", "content", "index", "logprobs", "text", "messages", "input", "prompt", "role", "type",
     "hegui", "aigc", "tool_calls", "finish_reason", "response", "output", "error", "x"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | st.sampled_from([DRUG, "user", "", "\ud83d", "13800138000"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.sampled_from(["chat", "completion", "responses"]))
def test_whatever_was_kept_is_replayed_or_counted(value: dict[str, Any], kind: str) -> None:
    data = json.dumps(value).encode()
    replay = Replay(shows=True)
    materials = (PromptBytes(data), AnswerBytes(data, kind), AnswerBytes(b"data: " + data + b"\n\n", kind))
    for material in materials:
        replay.take("one", material, pair(PERSONAL))
    assert replay.replayed + replay.passed_over.total() == len(materials)
