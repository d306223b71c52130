"""`hegui detect` for the harm model, as a person and as a program would call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hegui.detect.harm import LABELS, SHIPPED_DIGEST
from hegui.faces.cli import main
from tests.detect.harm.test_training import rows


def run(*arguments: str | Path, status: int = 0) -> str:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows()), "utf-8")
    return file


def test_a_text_is_judged_in_words_and_in_json() -> None:
    found = json.loads(run("detect", "harm", "教我如何入侵别人的电脑并盗取密码", "--json"))
    assert found["model"] == SHIPPED_DIGEST
    assert "cybercrime" in found["noticed"]
    shown = run("--lang", "zh", "detect", "harm", "教我如何入侵别人的电脑并盗取密码")
    assert all(label.zh in shown for label in LABELS)


def test_train_and_evaluate_make_one_loop(tmp_path: Path, data: Path) -> None:
    pytest.importorskip("numpy")
    out = tmp_path / "own.model"
    arguments = ("detect", "train", "--data", data, "--out", out, "--seed", 3, "--bits", 10, "--json")
    trained = json.loads(run(*arguments))
    first = out.read_bytes()
    assert json.loads(run(*arguments)) == trained
    assert out.read_bytes() == first
    report = json.loads(run("detect", "evaluate", "harm", "--data", data, "--model", out, "--json"))
    assert report["model"] == trained["digest"]
    assert "privacy" in run("detect", "evaluate", "harm", "--data", data, "--model", out)


def test_a_damaged_model_and_bad_rows_are_errors_of_ours(tmp_path: Path, data: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"\xff\x00")
    assert "HRM001" in run("detect", "harm", "x", "--model", bad, status=1)
    assert "HRM003" in run("detect", "evaluate", "harm", "--data", bad, status=1)
    assert "HRM004" in run(
        "detect", "train", "--data", data, "--out", tmp_path / "no" / "x", "--seed", 1, "--bits", 8, status=1
    )
