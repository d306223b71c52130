"""`hegui law`, as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Hegui

PROFILE = "service: shop\nfacts:\n  uses_generative_ai: true\n  serves_public_in_PRC: true\n"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(PROFILE)
    return file


@pytest.mark.usefixtures("profile")
def test_check_prints_a_memo_in_the_language_of_the_terminal(hegui: Hegui) -> None:
    english, chinese = (
        hegui("law", "check", "shop.yaml", "--as-of", "2026-11-26", LANG=lang) for lang in ("C.UTF-8", "zh_CN.UTF-8")
    )
    assert english.stdout.startswith("shop: what applies on 2026-11-26\n")
    assert chinese.stdout.startswith("shop：2026-11-26适用的规定\n")


@pytest.mark.usefixtures("profile")
def test_json_names_the_law_and_every_answer(hegui: Hegui) -> None:
    found = json.loads(hegui("law", "check", "shop.yaml", "--as-of", "2023-08-14", "--json").stdout)
    answers = {answer["id"]: answer for answer in found["answers"]}
    assert len(found["law_digest"]) == 64
    assert len(answers) >= 451
    assert (answers["IM-4-1"]["outcome"], answers["IM-4-1"]["turn"]) == ("not_in_force", "2023-08-15")
    assert answers["IM-4-1"]["verdict"] == "holds"


@pytest.mark.usefixtures("profile")
def test_explain_works_with_and_without_a_profile(hegui: Hegui) -> None:
    alone = hegui("law", "explain", "IM-17-1")
    known = json.loads(hegui("law", "explain", "IM-17-1", "shop.yaml", "--json").stdout)
    assert "Answer: unclear" in alone.stdout
    assert "serves_public_in_PRC" not in known["missing"]
    assert known["reason"]["verdict"] == "unknown"


@pytest.mark.usefixtures("profile")
def test_ask_ranks_what_to_find_out(hegui: Hegui) -> None:
    found = json.loads(hegui("law", "ask", "shop.yaml", "--limit", "3", "--json").stdout)["questions"]
    assert len(found) == 3
    assert [one["settles_at_least"] for one in found] == sorted(
        (one["settles_at_least"] for one in found), reverse=True
    )


def test_show_knows_provisions_instruments_and_questions(hegui: Hegui) -> None:
    assert "art. 47" in hegui("law", "show", "CSL-49-1", "--as-of", "2025-12-31").stdout
    assert "published 2023-07-13; in force from 2023-08-15" in hegui("law", "show", "IM").stdout
    assert "reading a: " in hegui("law", "show", "U1").stdout


def test_list_can_be_narrowed(hegui: Hegui) -> None:
    labels = json.loads(hegui("law", "list", "--duty", "M14", "--jurisdiction", "CN", "--json").stdout)
    assert {"LM-4-1", "DS-17-1"} <= {one["id"] for one in labels}
    assert {one["instrument"] for one in json.loads(hegui("law", "list", "--instrument", "LM", "--json").stdout)} == {
        "LM"
    }


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("law", "explain", "IM-99-9"), 1, "LAW010 IM-99-9 — there is no such provision"),
        (("law", "show", "nothing"), 1, "LAW010"),
        (("law", "check", "bad.yaml"), 1, "bad.yaml:2: there is no fact nothing"),
        (("law", "check", "gbk.yaml"), 1, "LAW022 gbk.yaml — byte 9 is not UTF-8"),
        (("law", "check", "shop.yaml", "--as-of", "2026-02-30"), 2, "'2026-02-30' is not a day of the calendar"),
        (("law", "check", "absent.yaml"), 2, "does not exist"),
        (("law", "--law", ".", "validate"), 1, "LAW001"),
    ],
)
@pytest.mark.usefixtures("profile")
def test_what_is_wrong_is_said_with_the_place(
    hegui: Hegui, tmp_path: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    (tmp_path / "bad.yaml").write_text("facts:\n  nothing: true\n")
    (tmp_path / "gbk.yaml").write_bytes("service: 客服".encode("gbk"))
    result = hegui(*arguments)
    assert result.returncode == status
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_validate_proves_the_law(hegui: Hegui) -> None:
    found = json.loads(hegui("law", "validate", "--json").stdout)
    assert found["provisions"] >= 451
    assert found["compiled"] is True


def converse(folder: Path, typed: str, *more: str) -> str:
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "hegui",
        "law",
        "interview",
        "shop.yaml",
        "--as-of",
        "2026-11-26",
        *more,
    ]
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    if "PYTHONPATH" in os.environ:
        env["PYTHONPATH"] = os.environ["PYTHONPATH"]
    return subprocess.run(
        command, cwd=folder, env=env, input=typed, capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_an_interview_saves_each_answer_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first = converse(tmp_path, "y\nwhat\n?\nu\nq\n", "--service", "shop")
    saved = (tmp_path / "shop.yaml").read_text()
    assert saved.startswith('service: "shop"\nfacts:\n')
    assert saved.count(": {value: true, on: 2026-11-26}\n") == 1
    assert saved.count(": unknown\n") == 1
    assert "Not an answer: 'what' is neither true, false nor unknown" in first
    second = converse(tmp_path, "n\nb\nq\n")
    asked = [line.split("] ", 1)[1] for line in (first + second).splitlines() if " left] " in line]
    assert asked[0] not in asked[1:], "what was answered is not asked again"
    assert (tmp_path / "shop.yaml").read_text() == saved, "back takes the answer out of the file"


def test_an_interview_stopped_before_an_answer_saves_nothing(tmp_path: Path) -> None:
    assert "Nothing was answered, and no file was written." in converse(tmp_path, "q\n", "--service", "shop")
    assert "Nothing was answered" in converse(tmp_path, "")
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_the_service_is_asked_for_and_kept(tmp_path: Path) -> None:
    assert "Name of the service" in converse(tmp_path, "shop\ny\nq\n")
    before = (tmp_path / "shop.yaml").read_text()
    assert before.startswith('service: "shop"\n')
    assert "names its service already, shop" in converse(tmp_path, "q\n", "--service", "other")
    assert (tmp_path / "shop.yaml").read_text() == before
    (tmp_path / "shop.yaml").write_text("facts: {}\n")
    converse(tmp_path, "q\n", "--service", "other")
    assert (tmp_path / "shop.yaml").read_text().startswith('service: "other"\n')


@pytest.mark.parametrize("file", ["no/folder/shop.yaml", "/proc/shop.yaml", "x" * 300 + ".yaml"])
def test_an_interview_is_refused_where_nothing_can_be_saved(hegui: Hegui, file: str) -> None:
    result = hegui("law", "interview", file, "--service", "shop")
    assert result.returncode == 1
    assert "LAW025" in result.stderr
    assert "left] " not in result.stdout


def test_an_interview_says_that_events_were_left_out(tmp_path: Path) -> None:
    printed = converse(tmp_path, "n\n" * 150, "--service", "shop")
    assert "Nothing left to ask would change an answer of hegui law check." in printed
    (tmp_path / "shop.yaml").write_text("facts:\n  network_operator_in_PRC: true\n")
    assert "hegui law interview shop.yaml --events" in converse(tmp_path, "0\n" * 150, "--service", "shop")


def test_ask_says_that_nothing_is_left_and_what_stays_open(hegui: Hegui, tmp_path: Path) -> None:
    converse(tmp_path, "u\n" * 200, "--service", "shop")
    printed = hegui("law", "ask", "shop.yaml", "--as-of", "2026-11-26").stdout
    assert printed.startswith("Nothing more is to be asked about the service.\n")
    assert "Said to be unknown" in printed
    assert "[uses_generative_ai]: " in printed
    assert "  U1  " in printed
    found = json.loads(hegui("law", "ask", "shop.yaml", "--as-of", "2026-11-26", "--json").stdout)
    assert (found["questions"], found["complete"]) == ([], True)
    assert found["unknown"][0]["bears_on"] >= found["unknown"][-1]["bears_on"] > 0
    assert {one["question"] for one in found["readings"]} >= {"U1"}
    assert found["events_left_out"]


def test_an_interview_ends_when_nothing_matters_any_more(tmp_path: Path) -> None:
    printed = converse(tmp_path, "n\n" * 150)
    assert "Nothing left to ask would change an answer of hegui law check." in printed
    assert converse(tmp_path, "").count(" left] ") == 0


def test_deadlines_of_an_event_for_a_service(hegui: Hegui, profile: Path) -> None:
    more = (
        "  incident_occurred: true\n  incident_level: larger\n  incident_involves_cii: false\n  is_state_organ: false\n"
    )
    profile.write_text(PROFILE + more)
    found = json.loads(
        hegui(
            "law", "deadlines", "shop.yaml", "--event", "incident_detected", "--at", "2026-12-31T23:30", "--json"
        ).stdout
    )
    clocks = {one["deadline"]: one for one in found["deadlines"]}
    assert "INC-4-1" not in clocks, "the one-hour clock is for critical infrastructure"
    assert clocks["INC-4-3"]["applies"] == "applies"
    assert "2027-01-01T03:30:00+08:00" in json.dumps(clocks["INC-4-3"])


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("C.UTF-8", "since the event has happened, although the profile says no: a cybersecurity incident occurred"),
        ("zh_CN.UTF-8", "画像称“否”，但事件既已发生，本次按“是”计算：发生网络安全事件[incident_occurred]"),
    ],
)
def test_an_event_overrides_what_the_profile_says_of_it(hegui: Hegui, profile: Path, lang: str, said: str) -> None:
    profile.write_text(PROFILE + "  network_operator_in_PRC: true\n  incident_occurred: false\n")
    asked = ("law", "deadlines", "shop.yaml", "--event", "incident_detected", "--at", "2026-11-26T09:00")
    printed = hegui(*asked, LANG=lang).stdout
    assert said in printed
    assert "INC-4-3" in printed
    assert "[incident_level]" in printed
    found = json.loads(hegui(*asked, "--json").stdout)
    assert found["taken_as_true"] == {"fact": "incident_occurred", "stated": False}


def test_an_event_without_clocks_says_so(hegui: Hegui, profile: Path) -> None:
    profile.write_text("facts:\n  uses_generative_ai: false\n  serves_public_in_PRC: false\n")
    printed = hegui("law", "deadlines", "shop.yaml", "--event", "user_in_crisis", "--at", "2026-11-26").stdout
    assert "No clock is started: " in printed


def test_a_deadline_in_an_unannounced_year_is_a_range(hegui: Hegui) -> None:
    printed = hegui("law", "deadlines", "--event", "service_started", "--at", "2026-12-21").stdout
    assert "Its end lies between 2027-01-02 (24:00) and 2027-01-18 (24:00)." in printed


def test_events_are_listed_and_an_unknown_one_is_said_to_be_unknown(hegui: Hegui) -> None:
    assert "service_started" in {one["event"] for one in json.loads(hegui("law", "deadlines", "--json").stdout)}
    assert "LAW046 nothing" in hegui("law", "deadlines", "--event", "nothing").stderr
    assert "is no instant" in hegui("law", "deadlines", "--event", "service_started", "--at", "2026-01-01T25:00").stderr


def test_an_unknown_event_or_figure_says_where_to_look(hegui: Hegui) -> None:
    assert "Perhaps service_ended" in hegui("law", "deadlines", "--event", "servce_ended").stderr
    assert "hegui law deadlines" in hegui("law", "deadlines", "--event", "zzz").stderr
    assert "hegui law figures" in hegui("law", "figures", "zzz").stderr


def test_an_article_with_several_provisions_names_them(hegui: Hegui) -> None:
    result = hegui("law", "explain", "IM-17", LANG="zh_CN.UTF-8")
    assert "IM-17-1 / IM-17-2" in result.stderr
    assert hegui("law", "explain", "IM 13").stdout.startswith("IM-13-1 ")
    assert hegui("law", "show", "IM 13").stdout.startswith("IM-13-1 ")


def test_an_export_says_what_was_written(hegui: Hegui, tmp_path: Path) -> None:
    result = hegui("law", "export", "schema", "--to", "schema.json")
    assert result.stdout == ""
    assert result.stderr == f"Written: schema.json ({(tmp_path / 'schema.json').stat().st_size} bytes)\n"
    assert "LAW025" in hegui("law", "export", "schema", "--to", "no/schema.json").stderr


def test_sanctions_of_nothing_is_an_error_of_usage(hegui: Hegui) -> None:
    result = hegui("law", "sanctions")
    assert (result.returncode, result.stdout) == (2, "")
    assert "especially_serious" in hegui("law", "sanctions", "--words").stdout


def test_figures_are_those_of_the_day(hegui: Hegui) -> None:
    one = "companion.assessment_registered_users"
    before, after = (
        json.loads(hegui("law", "figures", one, "--as-of", day, "--json").stdout)[0]
        for day in ("2026-07-14", "2026-07-15")
    )
    assert (before["value"], before["reason"]) == (None, "not_yet_in_force")
    assert (after["value"], after["effective"]) == (1_000_000, "2026-07-15")


def test_sanctions_follow_the_chain_to_the_amount(hegui: Hegui) -> None:
    found = json.loads(hegui("law", "sanctions", "IM-14-1", "--on", "2026-11-01", "--first", "--json").stdout)
    assert [chain["id"] for chain in found["chains"]] == ["C4"]
    printed = hegui("law", "sanctions", "IM-14-1", "--on", "2026-11-01", "--first").stdout
    assert "Fine on the entity: the authority may impose none, otherwise RMB 50,000 to RMB 500,000" in printed
    before = hegui("law", "sanctions", "IM-14-1", "--on", "2025-12-31", "--decided", "2025-12-31", "--first").stdout
    assert "whether a fine follows is open" in before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("IM-99-1",), "LAW010 IM-99-1"),
        (("IM-14-1", "--given", "nothing"), "LAW062"),
        (("IM-14-1", "--given", "especially_serious", "--without", "serious"), "LAW063"),
        (("IM-14-1", "--on", "2026-02-01", "--decided", "2026-01-01"), "LAW061"),
    ],
)
def test_sanctions_refuse_what_cannot_be(hegui: Hegui, arguments: tuple[str, ...], said: str) -> None:
    result = hegui("law", "sanctions", *arguments)
    assert result.returncode == 1
    assert said in result.stderr
