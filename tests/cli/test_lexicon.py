"""`hegui lexicon`, as a process: from the filing sheet to the list in force, and back again."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Hegui

LIST = "term,risk,severity,owner,review_by,hits,passes\n冰毒,A.1.h,high,内容部,2020-01-01,卖冰毒,冰糖\n赌场,A.1.h,low,,,,\n"


@pytest.fixture
def words(tmp_path: Path) -> str:
    (tmp_path / "words.csv").write_text(LIST, "utf-8")
    return "words.csv"


def read(hegui: Hegui, *arguments: str) -> dict[str, object]:
    ran = hegui(*arguments, "--json")
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_a_list_goes_out_as_a_filing_sheet_and_comes_back(hegui: Hegui, words: str, tmp_path: Path) -> None:
    assert hegui("lexicon", "load", words).returncode == 0
    assert "filing sheet" in hegui("lexicon", "export", "out.xlsx").stdout
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [cell.value for cell in sheet[2]] == ["冰毒", "违反社会主义核心价值观的内容", "其他法律、行政法规禁止的内容"]
    assert hegui("lexicon", "import", "out.xlsx", "back.csv", "--bom").returncode == 0
    assert (tmp_path / "back.csv").read_bytes().startswith("\ufeffterm,id,risk".encode())
    assert hegui("lexicon", "export", "whole.csv", "--form", "whole").returncode == 0
    assert read(hegui, "lexicon", "diff", "active", "whole.csv")["changed"] == []
    assert read(hegui, "lexicon", "load", "out.xlsx")["terms"] == 2
    assert hegui("lexicon", "export", "out.pdf").returncode == 2


def test_check_runs_the_cases_and_tells_late_reviews(hegui: Hegui, words: str, tmp_path: Path) -> None:
    ran = hegui("lexicon", "check", words)
    assert ran.returncode == 0
    assert "2020-01-01" in ran.stdout
    (tmp_path / "bad.csv").write_text(LIST.replace("卖冰毒", "卖冰"), "utf-8")
    ran = hegui("--lang", "zh", "lexicon", "check", "bad.csv")
    assert (ran.returncode, "应命中而未命中" in ran.stdout) == (1, True)
    ran = hegui("lexicon", "load", "bad.csv")
    assert (ran.returncode, "LEX005" in ran.stderr) == (1, True)
    assert hegui("lexicon", "load", "bad.csv", "--despite-failures").returncode == 0


def test_a_version_is_restored_at_once(hegui: Hegui, words: str) -> None:
    first = read(hegui, "lexicon", "load", words)["digest"]
    hegui("lexicon", "load", "--starter")
    found = read(hegui, "lexicon", "diff", str(first)[:8], "active")
    assert len(found["removed"]) == 2  # type: ignore[arg-type]
    assert read(hegui, "lexicon", "restore", str(first)[:8])["digest"] == first
    assert "LEX006" in hegui("lexicon", "restore", "ffff").stderr


def test_coverage_says_what_is_missing_and_from_where_the_figure_is(hegui: Hegui, words: str) -> None:
    hegui("lexicon", "load", words)
    found = read(hegui, "lexicon", "coverage")
    assert found["total"]["missing"] == 9_998  # type: ignore[index]
    assert found["total"]["source"]  # type: ignore[index]
    assert found["update"]["met"] is True  # type: ignore[index]
    assert read(hegui, "lexicon", "coverage", "--on", "2024-02-29")["met"] is None
    for lang, said in (("zh", "不足"), ("en", "short")):
        assert said in hegui("--lang", lang, "lexicon", "coverage").stdout


def test_lint_and_trial_read_many_texts(hegui: Hegui, words: str, tmp_path: Path) -> None:
    (tmp_path / "texts.jsonl").write_text('{"text": "赌场在哪"}\n{"text": "卖冰毒"}\n{"text": "天气"}\n', "utf-8")
    doubts = read(hegui, "lexicon", "lint", "--list", words, "--clean", "texts.jsonl", "--common", "0.5")["doubts"]
    assert doubts == []
    assert "--clean" in hegui("lexicon", "lint", "--list", words).stdout
    found = read(hegui, "lexicon", "try", "--file", words, "--on", "texts.jsonl")
    assert (found["rows"], found["hit"], found["by_grade"]) == (3, 2, {"exact": 2})
    masked = hegui("lexicon", "try", "--file", words, "--on", "texts.jsonl")
    assert "冰毒" not in masked.stdout
    assert "冰毒" in hegui("lexicon", "try", "--file", words, "--on", "texts.jsonl", "--show").stdout
    both = read(hegui, "lexicon", "try", "--file", words, "--on", "texts.jsonl", "--against", "starter")
    assert both["newly_hit"]["hit"] == 2  # type: ignore[index]
    assert read(hegui, "lexicon", "try", "冰毒", "--file", words)["findings"]
    assert hegui("lexicon", "try").returncode == 2
