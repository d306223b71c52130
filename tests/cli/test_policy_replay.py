"""`hegui policy replay`, as a process: over files, and over recorded exchanges whose content is kept."""

from __future__ import annotations

import gzip
import json
import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hegui.store import open_store
from hegui.usecases.ports import Exchange
from tests.cli.conftest import Hegui, Result
from tests.cli.test_vault import keep
from tests.cli.test_vault import keys as keys
from tests.store.samples import a_finding, a_key, an_application, an_exchange
from tests.usecases.test_policy_replay import DRUG, body, events, whole

TRIAL = """\
name: trial
version: 2
defaults: {prompt: flag, answer: flag}
personal: {prompt: refuse, answer: stop}
"""


@pytest.fixture
def trial(tmp_path: Path) -> str:
    (tmp_path / "trial.yaml").write_text(TRIAL, "utf-8")
    return "trial.yaml"


def report(result: Result) -> dict[str, Any]:
    assert result.returncode == 0, result.stderr
    value: dict[str, Any] = json.loads(result.stdout)
    return value


def counts(found: dict[str, Any], rows: str = "changes") -> dict[str, int]:
    return {" ".join(str(one) for name, one in row.items() if name != "count"): row["count"] for row in found[rows]}


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_of_lines(hegui: Hegui, tmp_path: Path, trial: str) -> None:
    (tmp_path / "a.txt").write_text(f"{DRUG}\n你好\n手机13800138000\n我不想活了\n", "utf-8")
    result = hegui("policy", "replay", "--candidate", trial, "--on", "a.txt", "--json")
    found = report(result)
    assert counts(found) == {"prompt newly_blocked": 1, "prompt newly_released": 1, "prompt unchanged": 2}
    assert counts(found, "steps") == {
        "prompt newly_blocked allow refuse": 1,
        "prompt newly_released refuse flag": 1,
    }
    assert counts(found, "risks") == {
        "prompt newly_blocked personal A.4.f": 1,
        "prompt newly_released term A.1.h": 1,
    }
    assert {one["id"]: one["change"] for one in found["examples"]} == {
        "a.txt:1": "newly_released",
        "a.txt:3": "newly_blocked",
    }
    assert found["candidate"]["policy"].startswith("trial@2:")
    assert found["models"] == ""
    assert "4" in result.stderr
    assert not re.search(f"{DRUG}|13800138000", result.stdout + result.stderr)


def test_text_is_shown_only_where_asked_for(hegui: Hegui, tmp_path: Path, trial: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "\x1b[2J\ud83d", "text": f"请问{DRUG}\x1b]0;\ud83d"}))
    asked = ("policy", "replay", "--candidate", trial, "--on", "a.jsonl")
    assert DRUG not in hegui(*asked).stdout
    shown = hegui(*asked, "--show")
    assert f"请问{DRUG}" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert report(hegui(*asked, "--show", "--json"))["examples"][0]["excerpt"] == f"请问{DRUG}\x1b]0;?"
    assert "新增放行" in hegui(*asked, LANG="zh_CN.UTF-8").stdout


def test_a_candidate_lexicon(hegui: Hegui, tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text("term,risk\n苹果派,A.2.a\n", "utf-8")
    (tmp_path / "texts").mkdir()
    with gzip.open(tmp_path / "texts" / "a.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(json.dumps({"text": text}) for text in (DRUG, "做苹果派", "你好")))
    (tmp_path / "texts" / "README.md").touch()
    found = report(hegui("policy", "replay", "--lexicon", "words.csv", "--on", "texts", "--json"))
    assert counts(found) == {"prompt newly_blocked": 1, "prompt newly_released": 1, "prompt unchanged": 1}
    assert found["baseline"]["lexicon"] != found["candidate"]["lexicon"]
    assert (found["files"], found["files_passed_over"], found["candidate"]["policy"]) == (1, 1, None)
    answers = report(
        hegui("policy", "replay", "--lexicon", "words.csv", "--on", "texts", "--direction", "answer", "--json")
    )
    assert counts(answers) == {"answer newly_blocked": 1, "answer newly_released": 1, "answer unchanged": 1}


def test_who_asks_and_what_it_is_compared_with(hegui: Hegui, tmp_path: Path) -> None:
    rules = "rules: [{action: flag, user: minor}, {action: redact, application: shop}]\n"
    (tmp_path / "c.yaml").write_text(f"name: c\nversion: 1\n{rules}", "utf-8")
    (tmp_path / "a.txt").write_text(DRUG, "utf-8")
    hegui("app", "add", "shop", "--upstream", "http://127.0.0.1:9/v1")

    def step(*options: str) -> str:
        found = report(hegui("policy", "replay", "--candidate", "c.yaml", "--on", "a.txt", "--json", *options))
        return next(iter(counts(found, "steps")), "")

    assert step() == ""
    assert step("--user-class", "minor") == "prompt newly_released refuse flag"
    assert step("--application", "shop") == "prompt newly_released refuse redact"
    assert step("--against", "strict") == ""
    assert "POL004" in hegui("policy", "replay", "--candidate", "c.yaml", "--on", "a.txt", "--against", "x").stderr
    assert "APP002" in hegui("policy", "replay", "--candidate", "c.yaml", "--on", "a.txt", "--application", "x").stderr


def test_the_model_of_harm_runs_where_a_side_seeks_it(hegui: Hegui, tmp_path: Path, trial: str) -> None:
    """Which texts it marks is for the tests of the model."""
    (tmp_path / "h.yaml").write_text("name: h\nversion: 1\nharm: {prompt: refuse, answer: stop}\n", "utf-8")
    (tmp_path / "a.txt").write_text("今天天气怎么样\n", "utf-8")
    found = report(hegui("policy", "replay", "--candidate", "h.yaml", "--on", "a.txt", "--json"))
    assert found["models"].startswith("harm:")
    assert counts(found) == {"prompt unchanged": 1}
    assert report(hegui("policy", "replay", "--candidate", trial, "--on", "a.txt", "--json"))["models"] == ""


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--on", "a.txt"), "--candidate FILE"),
        (("--candidate", "trial.yaml"), "--since"),
        (("--candidate", "trial.yaml", "--on", "a.txt", "--since", "2026-01-01"), "--since"),
        (("--candidate", "trial.yaml", "--on", "bad.jsonl"), "bad.jsonl:2"),
        (("--candidate", "bad.jsonl", "--on", "a.txt"), "POL001"),
        (("--candidate", "latin.yaml", "--on", "a.txt"), "POL002"),
        (("--lexicon", "latin.yaml", "--on", "a.txt"), "LEX001"),
        (("--candidate", "trial.yaml", "--on", "nothing"), "RPL002"),
        (("--candidate", "trial.yaml", "--since", "2026-01-01"), "VLT021"),
        (("--candidate", "trial.yaml", "--since", "2026-01-02", "--until", "2026-01-01"), "EXC002"),
        (("--candidate", "trial.yaml", "--since", "2026-01-01", "--application", "x"), "APP002"),
    ],
)  # fmt: skip
def test_what_is_at_fault_is_said(
    hegui: Hegui, tmp_path: Path, trial: str, options: tuple[str, ...], says: str
) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "bad.jsonl").write_text('{"text": "x"}\nno row\n')
    (tmp_path / "latin.yaml").write_bytes(b"name: \xff\n")
    (tmp_path / "nothing").mkdir()
    result = hegui("policy", "replay", *options)
    assert result.returncode != 0
    assert says in result.stderr
    assert "Traceback" not in result.stderr


# --- recorded exchanges -----------------------------------------------------------------------------------------------

SHOP = an_application("shop")


def recorded(number: int, **changes: Any) -> Exchange:
    plain: dict[str, Any] = {"withheld_characters": 0, "withheld_events": 0, "findings": (), "application_id": SHOP.id}
    return replace(an_exchange(number), **{**plain, **changes})


KEPT: list[tuple[Exchange, dict[str, bytes]]] = [
    (recorded(1), {"prompt": body("你好"), "answer": events("你好。")}),
    (recorded(2), {"prompt": body("查电话"), "answer": events("电话1380", "0138000。")}),
    (recorded(3), {"prompt": body("查电话"), "answer": whole("电话13800138000")}),
    (recorded(4, screened_characters=0, outcome="blocked_prompt"), {"prompt": body(DRUG), "answer": b'{"error": {}}'}),
    (recorded(5), {"prompt": body("我的手机13800138000"), "answer": events("好的。")}),
    (
        recorded(6, withheld_characters=9, findings=(replace(a_finding(0), direction="answer", action="redact"),)),
        {"prompt": body("你好"), "answer": events("卖＊＊的")},
    ),
    (recorded(7), {"prompt": b'{"mess', "prompt-cut": b"", "answer": events("好")[:40], "answer-cut": b""}),
    (recorded(8), {"prompt": body("你好"), "answer": b'{"choices', "answer-cut": b""}),
    (recorded(9, application_id="app-gone"), {"prompt": b"[1]"}),
    (recorded(10), {}),
]


@pytest.fixture
def state(tmp_path: Path, keys: dict[str, str]) -> dict[str, str]:
    """An installation with the exchanges of the table."""
    for exchange, parts in KEPT:
        keep(tmp_path, keys, exchange, parts, publish=False)
    with closing(open_store(f"sqlite:///{tmp_path}/state/hegui.sqlite3")) as store:
        store.applications.add(SHOP, a_key(SHOP))
    return {"HEGUI_STATE_DIR": str(tmp_path / "state"), **keys}


def test_recorded_exchanges(hegui: Hegui, trial: str, state: dict[str, str]) -> None:
    asked = ("policy", "replay", "--candidate", trial, "--since", "2020-01-01")
    found = report(hegui(*asked, "--json", **state))
    assert found["exchanges"] == len(KEPT)
    assert counts(found) == {
        "answer newly_blocked": 2,
        "answer unchanged": 3,
        "prompt newly_blocked": 1,
        "prompt newly_released": 1,
        "prompt unchanged": 5,
    }
    assert counts(found, "not_replayed") == {
        "answer cut": 1,
        "answer not_kept": 2,
        "answer own_words": 1,
        "answer prompt_ends": 1,
        "prompt cut": 1,
        "prompt not_kept": 1,
        "prompt unreadable": 1,
    }
    assert found["notes"] == {
        "answers_in_part": 1, "masked_answers": 1, "withheld_answers": 1, "withheld_characters": 9,
    }  # fmt: skip
    names = {one.id: number for number, (one, _) in enumerate(KEPT, 1)}
    changed = {(names[one["id"]], one["direction"], one["change"]) for one in found["examples"]}
    assert changed == {
        (2, "answer", "newly_blocked"),
        (3, "answer", "newly_blocked"),
        (4, "prompt", "newly_released"),
        (5, "prompt", "newly_blocked"),
    }
    words = hegui(*asked, "--show", **state).stdout
    assert "电话13800138000" in words
    assert "something was withheld" in words


def test_which_of_the_recorded(hegui: Hegui, trial: str, state: dict[str, str]) -> None:
    def looked_at(*options: str) -> int:
        result = hegui("policy", "replay", "--candidate", trial, "--json", *options, **state)
        return int(report(result)["exchanges"])

    middle = KEPT[4][0].started_at.isoformat()
    assert looked_at("--since", middle) == 6
    assert looked_at("--until", middle) == 4
    assert looked_at("--since", "2020-01-01", "--application", "shop") == 9
    assert looked_at("--since", "2020-01-01", "--limit", "2") == 2
    assert looked_at("--until", "2020-01-01") == 0


def test_attachments_that_are_gone_do_not_hold_up_the_prompt(
    hegui: Hegui, tmp_path: Path, trial: str, keys: dict[str, str]
) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,hegui:attachment-1"}}
    value = {"messages": [{"role": "user", "content": [{"type": "text", "text": DRUG}, picture]}]}
    listed = (
        b'[{"part": "attachment-1", "path": "x", "media_type": null, "encoding": "base64", "spelling": "plain",'
        b' "at": 1, "size": 3}]'
    )
    keep(tmp_path, keys, recorded(1), {"prompt": json.dumps(value).encode(), "attachments": listed}, publish=False)
    given = {"HEGUI_STATE_DIR": str(tmp_path / "state"), **keys}
    found = report(hegui("policy", "replay", "--candidate", trial, "--since", "2020-01-01", "--json", **given))
    assert counts(found) == {"prompt newly_released": 1}
    assert found["notes"] == {"without_attachments": 1}


def test_content_without_its_master_key_is_an_error(
    hegui: Hegui, tmp_path: Path, trial: str, state: dict[str, str]
) -> None:
    (tmp_path / "other.keys").write_text("11" * 32 + "\n")
    (tmp_path / "other.keys").chmod(0o600)
    given = {**state, "HEGUI_VAULT_MASTER_KEY": f"file:{tmp_path / 'other.keys'}"}
    result = hegui("policy", "replay", "--candidate", trial, "--since", "2020-01-01", **given)
    assert result.returncode == 1
    assert "VLT" in result.stderr
