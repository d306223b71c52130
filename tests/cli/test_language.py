"""Errors and `hegui doctor` as processes: in the language asked for, and for programs the same in every language."""

from __future__ import annotations

import json
import re

import pytest

from hegui.locale.errors import FILES
from tests.cli.conftest import Hegui

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("arguments", "environ", "said"),
    [
        ([], {}, "there is no log yet"),
        ([], {"LANG": "zh_CN.UTF-8"}, "还没有日志"),
        ([], {"HEGUI_LANG": "zh"}, "还没有日志"),
        ([], {"HEGUI_LANG": "en", "LANG": "zh_CN.UTF-8"}, "there is no log yet"),
        (["--lang", "zh"], {"HEGUI_LANG": "en", "HEGUI_LOCALE": "en"}, "还没有日志"),
        ([], {"HEGUI_LOCALE": "zh"}, "还没有日志"),
    ],
)
def test_errors_are_in_the_language_asked_for(
    hegui: Hegui, arguments: list[str], environ: dict[str, str], said: str
) -> None:
    result = hegui(*arguments, "ledger", "status", **environ, PYTHONUTF8="1")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.splitlines()[0] == f"LED102 ledger — {said}"


def test_an_unknown_language_is_wrong_usage(hegui: Hegui) -> None:
    assert hegui("--lang", "fr", "app", "list").returncode == 2
    assert hegui("app", "list", HEGUI_LANG="fr").returncode == 2


@pytest.mark.parametrize("lang", FILES)
def test_faults_of_the_settings_are_told_though_they_cannot_be_read(hegui: Hegui, lang: str) -> None:
    result = hegui("app", "list", HEGUI_SERVER_PROT="1", HEGUI_LOCALE=lang, PYTHONUTF8="1")
    assert ("没有这项设置" if lang == "zh" else "is not a setting") in result.stderr


def test_errors_for_programs_are_the_same_in_both_languages(hegui: Hegui) -> None:
    answers = [hegui("--lang", lang, "ledger", "prove", "7", "--json", PYTHONUTF8="1") for lang in FILES]
    found = [json.loads(answer.stderr) for answer in answers]
    assert [answer.stdout for answer in answers] == ["", ""]
    assert found[0]["problem"] != found[1]["problem"]
    neutral = [{name: one[name] for name in ("code", "where", "fields", "faults")} for one in found]
    assert neutral[0] == neutral[1] == {"code": "LED102", "where": "ledger", "fields": {}, "faults": []}


def test_doctor_speaks_both_languages(hegui: Hegui) -> None:
    assert (
        hegui("app", "add", "shop", "--upstream", "http://127.0.0.1:9", "--upstream-key-env", "NOT_SET").returncode == 0
    )
    shown = {lang: hegui("--lang", lang, "doctor", PYTHONUTF8="1") for lang in FILES}
    assert {one.returncode for one in shown.values()} == {1}
    assert all(HAN.search(line) for line in shown["zh"].stdout.splitlines() if not line.endswith("built-in@1"))
    assert not HAN.search(shown["en"].stdout)
    rows = {lang: json.loads(hegui("--lang", lang, "doctor", "--json", PYTHONUTF8="1").stdout) for lang in FILES}
    neutral = {
        lang: [[one[name] for name in ("name", "state", "code", "fields")] for one in found if one["name"] != "spool"]
        for lang, found in rows.items()
    }
    assert neutral["zh"] == neutral["en"]
    assert ["application shop", "wrong", "DOC009", {"variable": "NOT_SET"}] in neutral["zh"]
    assert all(one["code"] for one in rows["zh"])


def test_doctor_says_an_error_in_both_languages(hegui: Hegui) -> None:
    for lang, word in (("zh", "没有这项设置"), ("en", "is not a setting")):
        result = hegui("--lang", lang, "doctor", "--json", HEGUI_SERVER_PROT="1", PYTHONUTF8="1")
        (row,) = json.loads(result.stdout)
        assert (row["code"], row["state"], word in row["finding"]) == ("SET001", "wrong", True)
