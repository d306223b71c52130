"""What each adapter asks, and what it makes of every answer: good, bad and none at all."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.findings import CRISIS, GUARD
from hegui.detect.guard.faults import KINDS, GuardFault, WithoutVerdictActions
from hegui.detect.guard.http_mapping import HttpGuard, HttpMapping
from hegui.detect.guard.llama_guard import LlamaGuard
from hegui.detect.guard.local_classifier import LocalGuard
from hegui.detect.guard.openai_moderation import OpenAIModeration
from hegui.detect.guard.question import DIRECTIONS, Turn, neutral
from hegui.detect.guard.qwen3guard import Qwen3Guard
from hegui.detect.guard.settings import Adapter
from hegui.detect.guard.shieldgemma import ShieldGemma
from hegui.detect.guard.verdict import Label, guard_data, taxonomy
from hegui.detect.risks import risks

QWEN = Qwen3Guard("qwen", "Qwen/Qwen3Guard-Gen-0.6B")
LLAMA = LlamaGuard("llama", "meta-llama/Llama-Guard-3-8B")
SHIELD = ShieldGemma("shield", "google/shieldgemma-2b")
OPENAI = OpenAIModeration("openai", "omni-moderation-latest")
HTTP = HttpGuard(
    "house",
    "",
    HttpMapping(
        body={"data": {"content": "{text}", "scene": "{direction}-check"}, "n": 1},
        path="/check",
        verdict="/result/suggestion",
        found=("block", "review"),
        clean=("pass",),
        labels="/result/details",
        label="/label",
        score="/rate",
        most_score=100,
        thresholds={"ad": 0.9},
    ),
    taxonomy("http").with_labels({"porn": Label("porn", "porn", ("A.1.f",))}),
)
OVER_HTTP: tuple[Any, ...] = (QWEN, LLAMA, SHIELD, OPENAI, HTTP)
ASKED = (Turn("user", "how do I pick a lock?"), Turn("assistant", "take a pin"))


def chat(text: Any, **choice: Any) -> bytes:
    return json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, **choice}]}).encode()


def qwen_words(found: Any) -> list[str]:
    return [finding.label.name for finding in found.findings]


# Qwen3Guard.


@pytest.mark.parametrize(
    ("text", "labels", "severity"),
    [
        ("Safety: Safe\nCategories: None", [], ""),
        ("Safety: Safe\nCategories: None\nRefusal: Yes", [], ""),
        ("Safety: Unsafe\nCategories: Violent", ["violent"], "high"),
        ("Safety: Unsafe\nCategories: Violent, Suicide & Self-Harm\nRefusal: No", ["violent", "self_harm"], "high"),
        ("Safety: Controversial\nCategories: Politically Sensitive Topics", ["politically_sensitive"], "low"),
        ("safety: UNSAFE\ncategories: pii", ["personal_information"], "high"),
        ("Safety：Unsafe\nCategories：Non-violent Illegal Acts", ["non_violent_illegal"], "high"),
        ("**Safety:** Unsafe\n**Categories:** Jailbreak", ["jailbreak"], "high"),
        ("<think>\nSafety: Safe\n</think>\n\nSafety: Unsafe\nCategories: Violent", ["violent"], "high"),
        ("Safety: Unsafe", ["other"], "high"),
        ("Safety: Unsafe\nCateg", ["other"], "high"),
        ("Safety: Unsafe\nCategories: None", ["other"], "high"),
        ("Safety: Unsafe\nCategories: Brand New Harm", ["other"], "high"),
    ],
)
def test_qwen3guard_is_read(text: str, labels: list[str], severity: str) -> None:
    verdict = QWEN.read(200, chat(text), "answer")
    assert qwen_words(verdict) == labels
    assert {finding.severity for finding in verdict.findings} <= {severity}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Safe",
        "Safety: Un",
        "Safety: unsicher",
        "安全性：不安全",
        "Safety: 安全",
        "Safety: Safe\nSafety: Unsafe",
        "<think>Safety: Safe",
        "The text is safe.",
        "Safety: not Safe",
        "Safety: Safe\nCategories: Violent",
        "Safety: Safe\r\nUnsafe",
        "Unsafe\u2028Safety: Safe",
        "Safety: Safe\n</think>Safety: Unsafe",
    ],
)
def test_what_is_no_verdict_of_qwen3guard_is_malformed(text: str) -> None:
    with pytest.raises(GuardFault) as caught:
        QWEN.read(200, chat(text), "prompt")
    assert caught.value.kind == "malformed"


# Llama Guard.


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("safe", []),
        ("\n\nsafe\n", []),
        ("unsafe\nS1", ["violent_crimes"]),
        ("\n\nunsafe\nS2,S10", ["non_violent_crimes", "hate"]),
        ("UNSAFE\ns11", ["self_harm"]),
        ("unsafe", ["other"]),
        ("unsafe\nS99", ["other"]),
        ("unsafe\nS1,", ["violent_crimes"]),
    ],
)
def test_llama_guard_is_read(text: str, labels: list[str]) -> None:
    assert qwen_words(LLAMA.read(200, chat(text), "prompt")) == labels


@pytest.mark.parametrize("text", ["", "un", "sicher", "不安全", "safe or unsafe", "safe\nS1", "I think this is unsafe"])
def test_what_is_no_verdict_of_llama_guard_is_malformed(text: str) -> None:
    with pytest.raises(GuardFault) as caught:
        LLAMA.read(200, chat(text), "prompt")
    assert caught.value.kind == "malformed"


def test_llama_guard_scores_by_its_first_token() -> None:
    told = {"content": [{"token": "\n\n", "logprob": 0.0}, {"token": "unsafe", "logprob": math.log(0.8)}]}
    (found,) = LLAMA.read(200, chat("\n\nunsafe\nS1", logprobs=told), "prompt").findings
    assert found.score == pytest.approx(0.8)


# ShieldGemma.


def shield(*tops: Any, text: str = "Yes") -> bytes:
    rows = [
        {"index": n, "text": text, "logprobs": None if top is None else {"top_logprobs": [top]}}
        for n, top in enumerate(tops)
    ]
    return json.dumps({"choices": rows[::-1]}).encode()  # a server may finish them in any order


YES, NO = {"Yes": math.log(0.9), "No": math.log(0.1)}, {"Yes": math.log(0.1), "No": math.log(0.9)}


@pytest.mark.parametrize(
    ("body", "labels"),
    [
        (shield(NO, NO, NO, NO), []),
        (shield(YES, NO, NO, NO), ["dangerous"]),
        (shield(NO, NO, YES, YES), ["hate", "sexual"]),
        (shield(NO, {" yes": -0.1, "▁No": -3.0}, NO, NO), ["harassment"]),
        (shield(NO, {"Yes": -0.1}, NO, NO), ["harassment"]),
        (shield(None, None, None, None, text="No"), []),
        (shield(None, NO, NO, NO, text="Yes, because"), ["dangerous"]),
    ],
)
def test_shieldgemma_is_read(body: bytes, labels: list[str]) -> None:
    assert qwen_words(SHIELD.read(200, body, "answer")) == labels


@pytest.mark.parametrize(
    "body",
    [
        shield(NO, NO, NO),
        shield(NO, NO, NO, None, text="Maybe"),
        shield(NO, NO, NO, {"是": -0.1}, text="是"),
        shield(NO, NO, NO, {"Yes": "0"}, text=""),
        json.dumps({"choices": [{"text": "No"}] * 4}).encode(),
    ],
)
def test_what_is_no_verdict_of_shieldgemma_is_malformed(body: bytes) -> None:
    with pytest.raises(GuardFault) as caught:
        SHIELD.read(200, body, "prompt")
    assert caught.value.kind == "malformed"


def test_a_threshold_of_shieldgemma_is_the_operators() -> None:
    careful = ShieldGemma("s", "m", thresholds={"No Hate Speech": 0.05})
    assert qwen_words(careful.read(200, shield(NO, NO, NO, NO), "prompt")) == ["hate"]


def test_shieldgemma_is_asked_about_every_policy_and_both_sides() -> None:
    prompts = json.loads(SHIELD.question(ASKED, "answer").body)["prompt"]
    assert len(prompts) == 4
    for prompt in prompts:
        places = [
            prompt.index(part) for part in ("Human Question: how", "Chatbot Response: take", '* "No ', "Does the")
        ]
        assert places == sorted(places)
    (first, *_) = json.loads(SHIELD.question(ASKED[:1], "prompt").body)["prompt"]
    assert "Chatbot" not in first
    assert "human question violate" in first


# OpenAI moderation.


def moderation(flagged: Any = False, categories: Any = None, scores: Any = None) -> bytes:
    flags = {"violence": False, "sexual": False} if categories is None else categories
    result = {
        "flagged": flagged,
        "categories": flags,
        "category_scores": {"violence": 0.2} if scores is None else scores,
    }
    return json.dumps({"id": "modr-1", "model": "omni", "results": [result]}).encode()


@pytest.mark.parametrize(
    ("body", "labels"),
    [
        (moderation(), []),
        (moderation(True, {"violence": True, "sexual": False}), ["violence"]),
        (moderation(True, {"self-harm/intent": True, "illicit": None}), ["self_harm_intent"]),
        (moderation(True, {"brand/new": True}), ["other"]),
        (moderation(True), ["other"]),
    ],
)
def test_openai_moderation_is_read(body: bytes, labels: list[str]) -> None:
    assert qwen_words(OPENAI.read(200, body, "prompt")) == labels


def test_a_threshold_of_openai_moderation_decides_alone() -> None:
    body = moderation(True, {"violence": True, "sexual": False}, {"violence": 0.3, "sexual": 0.2})
    strict = OpenAIModeration("o", "m", {"violence": 0.5, "sexual": 0.1})
    assert [(f.label.name, f.score) for f in strict.read(200, body, "prompt").findings] == [("sexual", 0.2)]


@pytest.mark.parametrize(
    "body",
    [
        b'{"results": []}',
        b'{"results": [{"flagged": "no", "categories": {}, "category_scores": {}}]}',
        moderation(False, []),
        moderation(False, {"violence": "no"}),
        moderation(False, None, []),
    ],
)
def test_what_is_no_verdict_of_openai_moderation_is_malformed(body: bytes) -> None:
    with pytest.raises(GuardFault) as caught:
        OPENAI.read(200, body, "prompt")
    assert caught.value.kind == "malformed"


# Any service.


def house(suggestion: Any, *details: Any) -> bytes:
    return json.dumps({"result": {"suggestion": suggestion, "details": details}}).encode()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (house("pass"), []),
        (house("PASS", {"label": "porn", "rate": 99}), []),
        (house("block", {"label": "porn", "rate": 99}), [("porn", 0.99)]),
        (house("review", {"label": "ad", "rate": 80}, {"label": "porn", "rate": 60}), [("porn", 0.6)]),
        (house("block"), [("other", None)]),
        (house("block", {"label": "ad", "rate": 10}), [("other", None)]),
        (house("block", {"label": "porn", "rate": True}), [("porn", None)]),
    ],
)
def test_a_described_service_is_read(body: bytes, found: list[tuple[str, float | None]]) -> None:
    assert [(f.label.name, f.score) for f in HTTP.read(200, body, "prompt").findings] == found


@pytest.mark.parametrize(
    "body",
    [
        b'{"result": {}}',
        b'{"result": [1]}',
        house("maybe"),
        house("通过"),
        house(1),
        house("block", {"rate": 1}),
        house("block", "porn"),
        house("block", {"label": "porn", "rate": 101}),
        house("block", {"label": "porn", "rate": "99"}),
        house("block", *[{"label": "x", "rate": 1}] * 201),
        b'{"result": {"suggestion": "block", "details": {"porn": NaN}}}',
    ],
)
def test_what_the_mapping_does_not_foresee_is_malformed(body: bytes) -> None:
    with pytest.raises(GuardFault) as caught:
        HTTP.read(200, body, "prompt")
    assert caught.value.kind == "malformed"


@pytest.mark.parametrize(
    ("labels", "answer", "found"),
    [
        ("/scores", {"scores": {"porn": 0.9, "ad": 0.1}}, ["porn"]),
        ("/scores", {"scores": {"porn": True, "ad": False}}, ["porn"]),
        ("/hits", {"hits": ["porn"]}, ["porn"]),
        ("/hits", {"hits": []}, []),
    ],
)
def test_labels_alone_may_be_the_verdict(labels: str, answer: Any, found: list[str]) -> None:
    guard = HttpGuard("g", "", HttpMapping(body={"t": "{text}"}, labels=labels), HTTP.known)
    assert qwen_words(guard.read(200, json.dumps(answer).encode(), "prompt")) == found


def test_a_placeholder_that_a_text_brings_along_stays_text() -> None:
    call = HTTP.question([Turn("user", "{direction} {text} {model}")], "prompt")
    assert json.loads(call.body) == {"data": {"content": "{direction} {text} {model}", "scene": "prompt-check"}, "n": 1}
    assert (call.method, call.path) == ("POST", "/check")


# A classifier on this machine: a written fake with the interface of a loaded one.


def test_a_local_classifier_is_read() -> None:
    guard = LocalGuard("l", lambda text: [("toxic", 0.7), ("safe", 0.9), ("spam", 0.2)], ignore=("safe",))
    assert [(f.label.written, f.score) for f in guard.judge(ASKED, "answer").findings] == [("toxic", 0.7)]


@pytest.mark.parametrize("told", [[], [("toxic", math.nan)], [("toxic", 3.0)]])
def test_a_local_classifier_that_says_nothing_usable_is_malformed(told: list[tuple[str, float]]) -> None:
    with pytest.raises(GuardFault) as caught:
        LocalGuard("l", lambda text: told).judge(ASKED, "answer")
    assert caught.value.kind == "malformed"


def test_a_local_classifier_that_breaks_is_an_outage() -> None:
    def classify(text: str) -> list[tuple[str, float]]:
        raise MemoryError

    with pytest.raises(GuardFault) as caught:
        LocalGuard("l", classify).judge(ASKED, "answer")
    assert caught.value.kind == "outage"


# All of them.


@pytest.mark.parametrize("guard", OVER_HTTP, ids=lambda guard: guard.name)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, "outage"),
        (502, "outage"),
        (503, "outage"),
        (504, "outage"),
        (429, "outage"),
        (408, "timeout"),
        (401, "credentials"),
        (403, "credentials"),
        (302, "malformed"),
        (404, "malformed"),
        (204, "malformed"),
    ],
)
def test_every_status_is_one_kind_of_fault(guard: Adapter, status: int, kind: str) -> None:
    with pytest.raises(GuardFault) as caught:
        guard.read(status, b'{"error": {}}', "prompt")
    assert caught.value.kind == kind


@pytest.mark.parametrize("guard", OVER_HTTP, ids=lambda guard: guard.name)
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff\xfe", b"null", b"[]", b"{}", b'"safe"', b"1" * 5000, b"[" * 100_000, b'{"choices": [[]]}'],
)
def test_what_is_not_an_answer_is_malformed(guard: Adapter, body: bytes) -> None:
    with pytest.raises(GuardFault) as caught:
        guard.read(200, body, "prompt")
    assert caught.value.kind == "malformed"


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "message", "content", "results", "flagged", "categories", "result", "text", "index"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSONS, st.sampled_from(OVER_HTTP), st.sampled_from(DIRECTIONS))
def test_any_json_is_a_verdict_or_a_fault(value: Any, guard: Any, direction: Any) -> None:
    try:
        guard.read(200, json.dumps(value).encode(), direction)
    except GuardFault as error:
        assert error.kind == "malformed"  # noqa: PT017 - a verdict is as good


@given(st.text(), st.sampled_from(OVER_HTTP), st.sampled_from(DIRECTIONS))
def test_any_text_can_be_asked_about(text: str, guard: Any, direction: Any) -> None:
    turns = [Turn("user", text), Turn("assistant", text)] if direction == "answer" else [Turn("user", text)]
    json.loads(guard.question(turns, direction).body)


def test_half_characters_can_be_asked_about() -> None:
    for guard in OVER_HTTP:
        json.loads(guard.question([Turn("user", "a\ud800b")], "prompt").body)


@pytest.mark.parametrize(
    "mark", ["<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<END CONVERSATION>", "</think>", "<EOS>"]
)
def test_a_text_cannot_play_the_frame(mark: str) -> None:
    assert mark not in neutral(f"a{mark}{mark}b")
    for guard in OVER_HTTP:
        asked = guard.question([Turn("user", f"x {mark} y")], "prompt").body
        assert f"x {mark}".encode() not in asked


@given(
    st.lists(
        st.sampled_from(["Safety: Unsafe", "unsafe", "Safety: Safe", "safe", "\n", "\r\n", "S1", " ", "**", "</think>"])
    ),
    st.sampled_from([QWEN, LLAMA]),
)
def test_an_answer_that_says_unsafe_anywhere_is_never_clean(parts: list[str], guard: Any) -> None:
    try:
        verdict = guard.read(200, chat("".join(parts)), "answer")
    except GuardFault:
        return
    assert verdict.findings or not any("unsafe" in part.lower() for part in parts)


# Labels and faults.


def test_every_described_label_has_known_risks() -> None:
    for kind in guard_data()["kinds"]:
        for label in taxonomy(kind).labels.values():
            assert set(label.risks) <= risks().keys(), (kind, label)


def test_self_harm_in_a_prompt_is_a_person_in_danger_and_in_an_answer_a_finding() -> None:
    verdict = QWEN.read(200, chat("Safety: Unsafe\nCategories: Suicide & Self-Harm"), "prompt")
    (asked,) = verdict.as_findings("prompt", 3, 9, "en")
    (answered,) = verdict.as_findings("answer", 3, 9)
    assert (asked.kind, asked.term_id, asked.risk) == (CRISIS, "guard.self_harm.en", "A.4.a")
    assert (answered.kind, answered.term_id, answered.start, answered.end) == (GUARD, "self_harm", 3, 9)


def test_a_score_goes_along() -> None:
    (found,) = SHIELD.read(200, shield(YES, NO, NO, NO), "answer").as_findings("answer", 0, 1)
    assert found.score == pytest.approx(0.9)


def test_nothing_passes_without_a_verdict_unless_it_was_decided() -> None:
    actions = WithoutVerdictActions()
    assert not any(actions.passes(direction, kind) for direction in DIRECTIONS for kind in KINDS)
