"""`hegui policy`: check, list, try; and the policies that applications name."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Hegui

LENIENT = """\
name: lenient
version: 3
rules:
  - {severity: high, action: flag}
"""


def folder(tmp_path: Path, *files: tuple[str, str]) -> dict[str, str]:
    (tmp_path / "policies").mkdir()
    for name, text in files:
        (tmp_path / "policies" / name).write_text(text, "utf-8")
    return {"HEGUI_POLICY_FOLDER": "policies"}


def test_check_lists_every_fault(hegui: Hegui, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("name: x\nversion: one\nrules: [{action: shout}]\nmore: 1\n", "utf-8")
    result = hegui("policy", "check", "bad.yaml")
    assert result.returncode == 1
    assert all(word in result.stderr for word in ("POL001", "version", "shout", "more"))
    (tmp_path / "good.yaml").write_text(LENIENT, "utf-8")
    assert hegui("policy", "check", "good.yaml").stdout.startswith("lenient@3:")
    assert "1 条规则" in hegui("policy", "check", "good.yaml", LANG="zh_CN.UTF-8").stdout


def test_list_shows_each_policy_and_who_is_under_it(hegui: Hegui, tmp_path: Path) -> None:
    given = folder(tmp_path, ("a.yaml", LENIENT))
    hegui("app", "add", "shop", "--upstream", "http://127.0.0.1:9/v1", "--policy", "lenient", **given)
    rows = json.loads(hegui("policy", "list", "--json", **given).stdout)
    assert [(row["name"], row["applications"]) for row in rows] == [
        ("default", []),
        ("lenient", ["shop"]),
        ("strict", []),
    ]
    assert rows[1]["policy"].startswith("lenient@3:")
    assert "shop" in hegui("policy", "list", **given).stdout


def test_try_takes_a_policy_by_name(hegui: Hegui, tmp_path: Path) -> None:
    given = folder(tmp_path, ("a.yaml", LENIENT))
    assert json.loads(hegui("policy", "try", "出售冰毒", "--json", **given).stdout)["decision"] == "stop"
    flagged = hegui("policy", "try", "出售冰毒", "--policy", "lenient", "--json", **given).stdout
    assert json.loads(flagged)["decision"] == "flag"
    assert "POL004" in hegui("policy", "try", "出售冰毒", "--policy", "nowhere", **given).stderr


def test_two_policies_of_one_name_are_an_error(hegui: Hegui, tmp_path: Path) -> None:
    given = folder(tmp_path, ("a.yaml", LENIENT), ("b.yaml", LENIENT))
    assert "POL003" in hegui("policy", "list", **given).stderr


def test_an_application_cannot_ask_for_a_policy_that_is_not_there(hegui: Hegui) -> None:
    result = hegui("app", "add", "shop", "--upstream", "http://127.0.0.1:9/v1", "--policy", "nowhere")
    assert result.returncode == 1
    assert "nowhere" not in result.stdout
    assert "policy.folder" in result.stderr


def test_doctor_says_when_the_policy_of_an_application_has_gone(hegui: Hegui, tmp_path: Path) -> None:
    given = folder(tmp_path, ("a.yaml", LENIENT))
    hegui("app", "add", "shop", "--upstream", "http://127.0.0.1:9/v1", "--policy", "lenient", **given)
    result = hegui("doctor")
    assert result.returncode == 1
    assert "lenient" in result.stdout
