"""`hegui policy stage|promote|rollback|stages|shadow` as a process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Hegui

TEXT = "name: neu\nversion: 1\nrules: [{action: flag}]\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "neu.yaml").write_text(TEXT, "utf-8")
    return "neu.yaml"


def test_from_the_shadow_to_everyone_and_back(hegui: Hegui, file: str) -> None:
    for number in range(8):
        hegui("app", "add", f"app{number}", "--upstream", "http://127.0.0.1:9/v1")
    assert "does not act" in hegui("policy", "stage", file, "--shadow", "--reason", "误报").stdout
    some = json.loads(hegui("policy", "promote", "--share", "0.5", "--json").stdout)
    everyone = json.loads(hegui("policy", "promote", "--json").stdout)
    assert set(some["applications"]) < set(everyone["applications"])
    assert len(everyone["applications"]) == 8
    listed = {row["name"]: row for row in json.loads(hegui("policy", "list", "--json").stdout)}
    assert (listed["default"]["base"], listed["default"]["trial"]) == (everyone["label"], None)
    taken = json.loads(hegui("policy", "rollback", "--reason", "不妥", "--json").stdout)
    assert taken["acting"] == listed["default"]["policy"]
    steps = json.loads(hegui("policy", "stages", "--json").stdout)
    assert [(one["mode"], one["share"], one["in_force"]) for one in steps] == [
        ("shadow", 0.0, False),
        ("share", 0.5, False),
        ("share", 1.0, False),
        ("back", 0.0, False),
    ]
    shown = hegui("policy", "stages", LANG="zh_CN.UTF-8").stdout
    assert all(word in shown for word in ("影子运行", "比例 50%", "撤回", "误报", "不妥"))
    assert hegui("vault", "history").returncode == 0  # what it was told of policies is none of its business


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["stage", "neu.yaml"], 2, "--shadow or --share"),
        (["stage", "neu.yaml", "--shadow", "--share", "1"], 2, "--shadow or --share"),
        (["stage", "neu.yaml", "--share", "nan"], 1, "POL006"),
        (["stage", "neu.yaml", "--share", "0"], 1, "POL006"),
        (["stage", "neu.yaml", "--shadow", "--name", "nowhere"], 1, "POL004"),
        (["stage", "bad.yaml", "--shadow"], 1, "POL001"),
        (["stage", "bytes.yaml", "--shadow"], 1, "POL002"),
        (["stage", "guarded.yaml", "--shadow"], 1, "POL005"),
        (["promote"], 1, "POL007"),
        (["rollback"], 1, "POL007"),
        (["rollback", "--all"], 1, "POL007"),
        (["shadow", "--since", "2026-02-01", "--until", "2026-01-01"], 1, "EXC002"),
        (["shadow", "--application", "nobody"], 1, "APP002"),
        (["shadow"], 0, "No exchange"),
        (["stages"], 0, "Nothing was ever staged"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_what_cannot_be_done_is_said(
    hegui: Hegui, tmp_path: Path, file: str, arguments: list[str], status: int, said: str
) -> None:
    (tmp_path / "bad.yaml").write_text("name: x\nversion: 1\nrules: &r [*r]\n", "utf-8")
    (tmp_path / "bytes.yaml").write_bytes(b"name: \xff\xfe\n")
    (tmp_path / "guarded.yaml").write_text("name: x\nversion: 1\nguards: {prompt: big}\n", "utf-8")
    result = hegui("policy", *arguments)
    assert (result.returncode, said in result.stdout + result.stderr) == (status, True), result.stderr
    assert "Traceback" not in result.stderr
