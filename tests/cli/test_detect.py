"""`hegui detect`: findings with their explanations, values only when asked for, figures on labelled rows."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from hegui.detect.personal.registry import DETECTORS
from tests.cli.conftest import Hegui

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/personal.md"
TEXT = "客户张静，身份证号110101190003071231，手机13800000000"


def test_findings_are_explained_and_masked(hegui: Hegui) -> None:
    shown = hegui("--lang", "zh", "detect", "text", TEXT)
    assert shown.returncode == 0, shown.stderr
    assert "居民身份号码" in shown.stdout
    assert "校验码错误" in shown.stdout
    assert not any(value in shown.stdout for value in ("张静", "110101190003071231", "13800000000"))


def test_json_names_kind_place_check_and_provisions(hegui: Hegui, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(TEXT, "utf-8")
    findings = json.loads(hegui("detect", "text", "--file", "text.txt", "--json").stdout)["findings"]
    assert json.loads(hegui("detect", "file", "text.txt", "--json").stdout)["findings"] == findings
    assert [finding["kind"] for finding in findings] == ["personal_name", "resident_id", "mobile_number"]
    identity = findings[1]
    assert (identity["check"], identity["confidence"], identity["sensitive"]) == ("wrong", "medium", True)
    assert "PIPL-28-1" in identity["provisions"]
    assert identity["value"] == "*" * 18
    assert identity["explanation"]["en"] == "resident identity number: the check digit is wrong."


def test_values_are_printed_when_asked_for(hegui: Hegui) -> None:
    shown = hegui("detect", "text", "--show", TEXT)
    assert "13800000000" in shown.stdout


def test_nothing_found_is_said(hegui: Hegui) -> None:
    assert hegui("--lang", "zh", "detect", "text", "天气很好").stdout == "未发现个人信息。\n"


def test_a_text_or_a_file_is_needed(hegui: Hegui) -> None:
    assert hegui("detect", "text").returncode == 2


def test_evaluation_prints_figures_by_kind(hegui: Hegui, tmp_path: Path) -> None:
    row = {"text": "电话13800000000", "lang": "zh", "spans": [{"start": 2, "end": 13, "type": "MOBILE"}]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row), "utf-8")
    shown = hegui("--lang", "en", "detect", "evaluate", "personal", "--data", "rows.jsonl")
    assert shown.returncode == 0, shown.stderr
    assert "mobile number" in shown.stdout
    assert "1.0000" in shown.stdout
    report = json.loads(hegui("detect", "evaluate", "personal", "--data", "rows.jsonl", "--json").stdout)
    assert report["rows.jsonl"]["kinds"]["mobile_number"]["right"] == 1


def test_faulty_rows_are_an_error_in_the_language_of_the_run(hegui: Hegui, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("{", "utf-8")
    shown = hegui("--lang", "zh", "detect", "evaluate", "personal", "--data", "rows.jsonl")
    assert shown.returncode == 1
    assert "DET402" in shown.stderr
    assert "该行不是" in shown.stderr


def test_the_published_example_is_what_is_printed(hegui: Hegui) -> None:
    example = DOCUMENT.read_text("utf-8").split("```console\n")[1].split("```")[0]
    command, _, printed = example.partition("\n")
    arguments = shlex.split(command.removeprefix("$ hegui "))
    assert hegui("--lang", "en", *arguments).stdout == printed


def test_every_detector_is_documented() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert [detector.kind for detector in DETECTORS if f"| `{detector.kind}` |" not in document] == []
