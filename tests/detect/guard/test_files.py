"""A file of guards: what it may say, and every fault with its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.guard.faults import KINDS
from hegui.detect.guard.files import MOST_BYTES, guard_named, read_guards
from hegui.detect.guard.http_mapping import HttpGuard
from hegui.detect.guard.settings import Guard, Windows, adapter
from hegui.detect.guard.shieldgemma import ShieldGemma
from hegui.errors import FileFaults, InputError

WHOLE = """
guards:
  - name: qwen
    kind: qwen3guard
    url: http://127.0.0.1:8000/v1/
    key_env: GUARD_KEY
    model: Qwen/Qwen3Guard-Gen-0.6B
    timeout_seconds: 2.5
    concurrency: 8
    release: strict
    lag_characters: 120
    window: {sentences: 1, characters: 80, before: 40}
    without_verdict:
      outage: {prompt: pass, answer: stop}
      timeout: {answer: pass}
    rest_after: 3
    rest_seconds: 1
  - {name: llama, kind: llama_guard, url: "https://guard.example/v1", model: m}
  - name: shield
    kind: shieldgemma
    url: http://h/v1
    model: m
    thresholds: {No Fraud: 0.3}
    policies: {No Fraud: deceives people for gain.}
    labels: {No Fraud: {risks: [A.1.h, A.3.e], severity: medium}}
  - {name: openai, kind: openai_moderation, url: "https://o.example/v1", key_env: K, model: o, thresholds: {sexual/minors: 0.1}}
  - name: house
    kind: http
    url: http://h/check?v=2
    mapping:
      body: {text: "{text}", kinds: [a, b], deep: {n: 1, f: 0.5, none: null}}
      headers: {X-App: hegui}
      verdict: /data/0/decision
      found: [block, review]
      clean: [pass]
      labels: /data/0/labels
      label: /name
      score: /rate
      most_score: 100
    thresholds: {ad: 0.9}
    labels: {ad: {risks: A.3.e, severity: low}, sos: {risks: A.4.a, danger: true}}
  - {name: local, kind: local, folder: models/toxic, ignore: [safe], thresholds: {toxic: 0.8}}
"""


def test_a_whole_file_is_read() -> None:
    qwen, llama, shield, openai, house, local = guards = read_guards(WHOLE, "guards.yaml")
    assert qwen.url == "http://127.0.0.1:8000/v1"
    assert (qwen.timeout_seconds, qwen.concurrency, qwen.release, qwen.lag_characters) == (2.5, 8, "strict", 120)
    assert qwen.windows == Windows(1, 80, 40)
    assert (qwen.rest_after, qwen.rest_seconds, qwen.key_env) == (3, 1.0, "GUARD_KEY")
    assert llama == Guard("llama", "llama_guard", "https://guard.example/v1", model="m")
    assert openai.thresholds == {"sexual/minors": 0.1}
    assert house.mapping is not None
    assert (house.mapping.verdict, house.mapping.most_score) == ("/data/0/decision", 100)
    assert (local.folder, local.ignore) == ("models/toxic", ("safe",))
    asks = adapter(shield)
    assert isinstance(asks, ShieldGemma)
    assert asks.known.found("No Fraud").severity == "medium"
    assert asks.known.found("No Fraud").label.risks == ("A.1.h", "A.3.e")
    asks = adapter(house)
    assert isinstance(asks, HttpGuard)
    assert asks.known.label("SOS").danger
    assert guard_named(guards, "house", "f") is house


def test_each_want_of_a_verdict_is_decided_by_itself_and_closed_by_default() -> None:
    qwen, llama, *_ = read_guards(WHOLE, "guards.yaml")
    passing = [
        (direction, kind)
        for direction in ("prompt", "answer")
        for kind in KINDS
        if qwen.without_verdict.passes(direction, kind)  # type: ignore[arg-type]
    ]
    assert passing == [("prompt", "outage"), ("answer", "timeout")]
    assert set(llama.without_verdict.prompt.values()) == {"refuse"}
    assert set(llama.without_verdict.answer.values()) == {"stop"}


BASE = "guards: [{name: a, kind: qwen3guard, url: 'http://h/v1', model: m, %s}]"
SERVICE = "guards: [{name: a, kind: http, url: 'http://h', mapping: {body: {t: '{text}'}, verdict: /v, %s}}]"


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "guards", "is a list of 1 to"),
        ("guards: []", "guards", "is a list of 1 to"),
        ("[]", "guards", "is a list of 1 to"),
        ("guards: [1]", "guards[0]", "a guard is a mapping"),
        ("guards: [{kind: gpt}]", "guards[0].kind", "'gpt' is no kind of guard"),
        ("guards: [{kind: [x]}]", "guards[0].kind", "is no kind of guard"),
        ("more: 1\nguards: [{name: a, kind: local, folder: f}]", "more", "unknown member"),
        (BASE % "without_verdicts: {}", "guards[0].without_verdicts", "unknown member"),
        (BASE % "without_verdict: {outages: {}}", "guards[0].without_verdict.outages", "unknown member"),
        (
            BASE % "without_verdict: {outage: pass}",
            "guards[0].without_verdict.outage",
            "mapping with prompt and answer",
        ),
        (BASE % "without_verdict: {outage: {prompt: stop}}", "guards[0].without_verdict.outage.prompt", "not allowed"),
        (
            BASE % "without_verdict: {outage: {answer: refuse}}",
            "guards[0].without_verdict.outage.answer",
            "not allowed",
        ),
        (BASE % "without_verdict: {outage: {both: pass}}", "guards[0].without_verdict.outage.both", "unknown member"),
        (BASE % "without_verdict: pass", "guards[0].without_verdict", "must be a mapping"),
        (BASE % "timeout_seconds: 0", "guards[0].timeout_seconds", "a number of seconds from 0.05 to 120"),
        (BASE % "timeout_seconds: .nan", "guards[0].timeout_seconds", "a number of seconds"),
        (BASE % "concurrency: 1.5", "guards[0].concurrency", "a whole number from 1 to 1024"),
        (BASE % "concurrency: true", "guards[0].concurrency", "a whole number"),
        (BASE % "lag_characters: -1", "guards[0].lag_characters", "a whole number from 0"),
        (BASE % "release: fast", "guards[0].release", "not allowed"),
        (BASE % "window: {sentence: 1}", "guards[0].window.sentence", "unknown member"),
        (BASE % "window: {sentences: 0}", "guards[0].window.sentences", "from 1 to 50"),
        (BASE % "key_env: sk-secret-123", "guards[0].key_env", "never the credential"),
        (BASE % "folder: f", "guards[0].folder", "unknown member"),
        (BASE % "thresholds: {}", "guards[0].thresholds", "unknown member"),
        (BASE.replace("http://h/v1", "ftp://h") % "", "guards[0].url", "http or https URL"),
        (BASE.replace("http://h/v1", "http://u:p@h") % "", "guards[0].url", "without user name"),
        (BASE.replace("http://h/v1", "http://h:99999") % "", "guards[0].url", "http or https URL"),
        (BASE.replace("http://h/v1", "http://h/ x") % "", "guards[0].url", "http or https URL"),
        (BASE.replace("name: a", "name: A b") % "", "guards[0].name", "a name is 1 to 64"),
        ("guards: [{name: a, kind: local}]", "guards[0].folder", "needs this member"),
        ("guards: [{name: a, kind: http, url: 'http://h'}]", "guards[0].mapping", "needs this member"),
        (
            "guards: [{name: a, kind: local, folder: f}, {name: a, kind: local, folder: g}]",
            "guards[1].name",
            "comes twice",
        ),
        ("guards: [{name: a, name: b}]", "line 1", "comes twice"),
        ("guards: &g [{name: a, kind: local, folder: f}]\nmore: *g", "line 2", "alias is not allowed"),
        ("guards: [{", "line 1", ""),
        ("[" * 20_000, "line 1", "not YAML"),
        ("guards: \x00", "line 1", "not YAML"),
        ("a" * (MOST_BYTES + 1), "line 1", "larger than 1 MiB"),
        (SERVICE % "path: check", "guards[0].mapping.path", "must begin with /"),
        (SERVICE % "method: DELETE", "guards[0].mapping.method", "not allowed"),
        (SERVICE % "eval: 1", "guards[0].mapping.eval", "unknown member"),
        (SERVICE % "labels: 'a.b'", "guards[0].mapping.labels", "JSON pointer"),
        (SERVICE % ("labels: '" + "/a" * 17 + "'"), "guards[0].mapping.labels", "JSON pointer"),
        (SERVICE % "headers: {Authorization: x}", "guards[0].mapping.headers.Authorization", "comes from key_env"),
        (SERVICE % "headers: {Host: x}", "guards[0].mapping.headers.Host", "is set by hegui"),
        (SERVICE % 'headers: {X-A: "a\\r\\nb"}', "guards[0].mapping.headers.X-A", "printable text"),
        (SERVICE % 'headers: {"X A": b}', "guards[0].mapping.headers.X A", "letters, digits and dashes"),
        (SERVICE % "found: []", "guards[0].mapping.found", "must be a list"),
        (SERVICE % "most_score: 0", "guards[0].mapping.most_score", "above 0"),
        (SERVICE.replace("'{text}'", "x") % "", "guards[0].mapping.body", "must have {text}"),
        (SERVICE.replace("{t: '{text}'}", "'{text}'") % "", "guards[0].mapping.body", "the JSON of the request"),
        (
            SERVICE.replace("t: '{text}'", "t: '{text}', d: 2024-01-01") % "",
            "guards[0].mapping.body",
            "what JSON can hold",
        ),
        (SERVICE.replace("t: '{text}'", "t: '{text}', 1: x") % "", "guards[0].mapping.body", "what JSON can hold"),
        (SERVICE.replace("verdict: /v, ", "") % "", "guards[0].mapping", "nothing to read"),
        (
            SERVICE.replace("'{text}'", "[" * 20 + "'{text}'" + "]" * 20) % "",
            "guards[0].mapping.body",
            "nested deeper than 16",
        ),
        (
            "guards: [{name: a, kind: openai_moderation, url: 'http://h', model: m, thresholds: {sexual minors: 0.1}}]",
            "guards[0].thresholds.sexual minors",
            "no category",
        ),
        (
            "guards: [{name: a, kind: local, folder: f, thresholds: {x: 2}, labels: {y: {risks: B.1}}, ignore: x}]",
            "guards[0].labels.y.risks",
            "none of the 31 risks",
        ),
    ],
)
def test_a_fault_has_its_place(text: str, place: str, problem: str) -> None:
    with pytest.raises(FileFaults) as caught:
        read_guards(text, "guards.yaml")
    assert any(at == place and problem in said for at, said in caught.value.faults), caught.value.faults


def test_all_faults_of_a_file_come_at_once() -> None:
    with pytest.raises(FileFaults) as caught:
        read_guards("guards: [{name: A, kind: qwen3guard, release: x, concurrency: 0}]", "guards.yaml")
    places = [place for place, _ in caught.value.faults]
    assert sorted(places) == [f"guards[0].{name}" for name in ("concurrency", "model", "name", "release", "url")]


def test_a_guard_that_is_not_there() -> None:
    with pytest.raises(InputError, match="GRD006"):
        guard_named(read_guards(WHOLE, "f"), "other", "f")


YAMLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.dates().map(str),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "kind", "url", "mapping", "body", "window", "without_verdict", "labels", "thresholds"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(YAMLS, st.sampled_from(["qwen3guard", "shieldgemma", "http", "local", "openai_moderation"]))
def test_any_file_is_guards_or_faults(value: Any, kind: str) -> None:
    import yaml

    guard = {"name": "a", "url": "http://h", "model": "m", "folder": "f", **(value if type(value) is dict else {})}
    try:
        read_guards(yaml.safe_dump({"guards": [{**guard, "kind": kind}]}), "f")
    except FileFaults as error:
        assert error.code == "GRD005"  # noqa: PT017 - a file without faults is as good


@given(st.text())
def test_any_text_is_guards_or_faults(text: str) -> None:
    with pytest.raises(FileFaults):
        read_guards(text, "f")
