"""A policy on trial beside another: what it decides, and that it can neither change nor break anything."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.detectors import Detectors
from hegui.detect.findings import GUARD, Finding
from hegui.detect.lexicon_files import read_lexicon
from hegui.detect.screen import CompiledLexicon
from hegui.kernel.sse import SseSplitter
from hegui.moderate.policy import Action, Direction, Policy, Ruling
from hegui.moderate.policy_files import read_policy
from hegui.moderate.shadow import FAILED, Shadow

WORDS = b"id,term,risk,severity\nt1,\xe5\x86\xb0\xe6\xaf\x92,A.1.h,high\nt2,\xe5\x9d\x8f\xe8\xaf\x8d\xe8\xaf\xad,A.1.f,medium\n"
DETECTORS = Detectors(CompiledLexicon(read_lexicon(WORDS, "words.csv")))
STERN = read_policy("name: stern\nversion: 1\n", "p")
"""Refuses prompts and stops answers."""
MILD = read_policy("name: mild\nversion: 1\nrules: [{direction: answer, action: redact}, {action: flag}]\n", "p")
GUARDED = read_policy("name: guarded\nversion: 1\nguards: {prompt: big}\nguard: {prompt: flag, answer: flag}\n", "p")


def shadow(policy: Policy, kind: str = "chat") -> Shadow:
    return Shadow(DETECTORS, policy, kind, screens_danger=True)


def asked(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


def answered(text: str) -> bytes:
    return orjson.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]})


def events(text: str) -> bytes:
    parts: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *({"content": one} for one in text)]
    chunks = [{"choices": [{"index": 0, "delta": part, "finish_reason": None}]} for part in parts]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    return b"".join(b"data: " + orjson.dumps(chunk) + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"


CASES: list[tuple[Policy, str, str, Action]] = [
    (STERN, "你好", "好", "allow"),
    (STERN, "冰毒", "好", "refuse"),
    (STERN, "冰毒", "坏词语", "refuse"),  # there would have been no answer
    (STERN, "你好", "说坏词语吧", "stop"),
    (MILD, "冰毒", "好", "flag"),
    (MILD, "冰毒", "说坏词语吧", "redact"),
    (STERN, "我不想活了，今晚就自杀", "好", "help"),
]


@pytest.mark.parametrize(("policy", "prompt", "answer", "decision"), CASES)
def test_it_decides_whole_and_streamed_answers_alike(
    policy: Policy, prompt: str, answer: str, decision: Action
) -> None:
    value = asked(prompt)
    before = copy.deepcopy(value)
    whole, streamed = shadow(policy), shadow(policy)
    for one in (whole, streamed):
        one.prompt(value)
    whole.whole(answered(answer))
    splitter = streamed.splitter(1 << 20, model="m", choices=1)
    splitter.feed(events(answer))
    assert (whole.conclude(()), streamed.conclude(())) == (decision, decision)
    assert value == before


@given(st.lists(st.integers(1, 400), max_size=12))
def test_events_pass_it_as_they_pass_no_trial_however_they_are_cut(cuts: list[int]) -> None:
    stream, tried = events("说坏词语吧"), shadow(STERN)
    ours, plain = tried.splitter(1 << 20, model="m", choices=1), SseSplitter(1 << 20)
    start = 0
    for end in [*sorted(cuts), len(stream)]:
        assert ours.feed(stream[start:end]) == plain.feed(stream[start:end])
        start = max(start, end)
    assert ours.finish() == plain.finish()
    assert tried.conclude(()) == "stop"


def test_whatever_breaks_in_it_is_a_failed_trial_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    harm = read_policy("name: harm\nversion: 1\nharm: {prompt: flag, answer: flag}\n", "p")
    prompt, whole, streamed = shadow(harm), shadow(harm), shadow(harm)  # the model was not loaded
    prompt.prompt(asked("你好"))
    whole.whole(answered("好"))
    splitter = streamed.splitter(1 << 20, model="m", choices=1)
    assert len(splitter.feed(events("好"))) == 4
    assert [one.conclude(()) for one in (prompt, whole, streamed)] == [FAILED] * 3
    assert caplog.text.count("DET001") == 3


def test_what_nobody_can_read_fails_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    tried = shadow(STERN, "completion")
    tried.prompt({"prompt": [1, 2, 3]})
    assert (tried.conclude(()), caplog.text) == (FAILED, "")


def test_embeddings_speak_to_nobody_who_could_be_helped() -> None:
    tried = shadow(STERN, "embeddings")
    tried.prompt({"input": "我不想活了，今晚就自杀"})
    assert tried.conclude(()) == "allow"


@pytest.mark.parametrize(
    ("policy", "direction", "term", "decision"),
    [
        (GUARDED, "prompt", "violence", "flag"),
        (GUARDED, "prompt", "guard.big", "refuse"),  # no verdict came: the guard's own rule
        (GUARDED, "answer", "violence", "allow"),  # it asks no guard of answers
        (STERN, "prompt", "violence", "allow"),
    ],
)
def test_what_guards_said_is_ruled_on_anew(policy: Policy, direction: Direction, term: str, decision: str) -> None:
    said = Ruling(Finding(term, "", "high", "score", 0, 1, GUARD), "refuse")
    assert shadow(policy).conclude([(direction, said)]) == decision
