"""`hegui detect guard`: one guard of a file, one text, its verdict or why there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hegui.faces.cli import main
from tests.support.upstream import Request, Script, ScriptedUpstream, chat_body, json_body

FILE = """
guards:
  - name: qwen
    kind: qwen3guard
    url: {url}
    model: m
    timeout_seconds: 20
    prompt_window: 3
    window: {{before: 0}}
    without_verdict: {{malformed: {{prompt: pass}}}}
"""


def run(*arguments: str | Path, status: int = 0) -> str:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == status, result.output
    return result.output


def guards(tmp_path: Path, url: str) -> Path:
    file = tmp_path / "guards.yaml"
    file.write_text(FILE.format(url=url), "utf-8")
    return file


def answer(request: Request) -> Script:
    said = request.json["messages"][-1]["content"]
    word = "Safety: Unsafe\nCategories: Suicide & Self-Harm" if "死" in said else "Safety: Safe\nCategories: None"
    return json_body(chat_body(word))


def test_each_window_has_its_verdict(tmp_path: Path) -> None:
    with ScriptedUpstream(answer) as server:
        file = guards(tmp_path, server.url)
        found = json.loads(run("detect", "guard", file, "--name", "qwen", "你好。我想死。", "--json"))
        shown = run("--lang", "zh", "detect", "guard", file, "--name", "qwen", "你好。我想死。")
    first, second = found["windows"]
    assert (first["start"], first["end"], first["findings"]) == (0, 3, [])
    (label,) = second["findings"]
    assert (label["label"], label["risks"], label["danger"]) == ("self_harm", ["A.4.a"], True)
    assert "可能有人处于危险之中" in shown


def test_an_answer_is_asked_about_with_its_prompt(tmp_path: Path) -> None:
    with ScriptedUpstream(answer) as server:
        arguments = (
            "detect",
            "guard",
            guards(tmp_path, server.url),
            "--name",
            "qwen",
            "死。",
            "--answers",
            "问",
            "--json",
        )
        (window,) = json.loads(run(*arguments))["windows"]
        (request,) = server.requests
    assert [turn["role"] for turn in request.json["messages"]] == ["user", "assistant"]
    assert not window["findings"][0]["danger"]


@pytest.mark.parametrize(
    ("script", "kind", "action"), [(json_body({}, 401), "credentials", "refuse"), (json_body({}), "malformed", "pass")]
)
def test_the_want_of_a_verdict_is_shown_with_what_follows(
    tmp_path: Path, script: Script, kind: str, action: str
) -> None:
    with ScriptedUpstream(script) as server:
        file = guards(tmp_path, server.url)
        found = json.loads(run("detect", "guard", file, "--name", "qwen", "hi", "--json", status=1))
        shown = run("--lang", "zh", "detect", "guard", file, "--name", "qwen", "hi", status=1)
    (window,) = found["windows"]
    assert (window["without_verdict"]["kind"], window["without_verdict"]["action"]) == (kind, action)
    assert window["without_verdict"]["code"] in shown


def test_a_file_that_is_wrong_is_said_with_every_fault(tmp_path: Path) -> None:
    file = tmp_path / "guards.yaml"
    file.write_bytes(b"guards: [{name: A, kind: qwen3guard}]")
    said = run("detect", "guard", file, "--name", "a", "hi", status=1)
    assert said.count("guards[0].") == 3
    file.write_bytes(b"\xff\xfe\x00")
    assert "GRD005" in run("detect", "guard", file, "--name", "a", "hi", status=1)
    assert "GRD006" in run("detect", "guard", guards(tmp_path, "http://h"), "--name", "b", "hi", status=1)


def test_nothing_to_ask_about(tmp_path: Path) -> None:
    assert "nothing" in run("--lang", "en", "detect", "guard", guards(tmp_path, "http://h"), "--name", "qwen", " \n")
