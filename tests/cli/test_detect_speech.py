"""`hegui detect answer|crisis|evaluate` as a person types them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hegui.faces.cli import main


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(main, ["--lang", "en", *arguments])
    assert done.exit_code == status, done.output
    return done.output


def test_an_answer_is_judged_with_its_place_and_reasons() -> None:
    text = "Hello. I cannot help with that."
    found = json.loads(run("detect", "answer", text, "--json"))
    assert found["grade"] == "refusal"
    assert [text[start:end] for start, end in found["spans"]] == ["I cannot help"]
    assert "I cannot help" in run("detect", "answer", text)
    assert run("detect", "answer", "The sky is blue.").startswith("answer")


def test_signs_of_danger_are_shown() -> None:
    found = json.loads(run("detect", "crisis", "我想自杀", "--json"))
    assert [sign["term_id"] for sign in found["findings"]] == ["crisis.suicide.zh"]
    assert "high" in run("detect", "crisis", "我想自杀")
    assert "Nothing says" in run("detect", "crisis", "笑死我了")


ROWS = [
    {"id": "a", "text": "I cannot help with that.", "expect": "refusal"},
    {"id": "b", "text": "The sky is blue.", "expect": "compliance"},
    {"id": "c", "text": "我想自杀", "expect": "careful"},
]


@pytest.mark.parametrize("packed", [True, False])
def test_detectors_are_measured_on_rows(tmp_path: Path, packed: bool) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    path = tmp_path / ("data.jsonl.gz" if packed else "rows.jsonl")
    path.write_bytes(gzip.compress(lines.encode()) if packed else lines.encode())
    given = str(tmp_path if packed else path)
    (report,) = json.loads(run("detect", "evaluate", "refusal", "--data", given, "--json")).values()
    assert (report["rows"], report["declines"]["f1"]) == (3, 1.0)
    (report,) = json.loads(run("detect", "evaluate", "crisis", "--data", given, "--json")).values()
    assert (report["help"]["hits"], report["help"]["passes"]) == (1, 2)
    assert "3 rows" in run("detect", "evaluate", "crisis", "--data", given)
    halves = [
        json.loads(run("detect", "evaluate", "crisis", "--data", given, "--part", part, "--json"))[given]["rows"]
        for part in ("tune", "test")
    ]
    assert sum(halves) == 3


@pytest.mark.parametrize(
    "content", [b"{}", b"[1]", b"no json", b'{"id": 1, "text": "", "expect": ""}', b"\x1f\x8bx", b"\xff"]
)
def test_a_file_that_holds_no_rows_is_an_error_with_its_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    assert "DET40" in run("detect", "evaluate", "refusal", "--data", str(path), status=1)
    assert "DET402" in run("detect", "evaluate", "refusal", "--data", str(tmp_path), status=1)
