"""`hegui law`, as a process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Hegui
from tests.support.patience import PATIENCE_SECONDS

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
def test_a_terminal_that_knows_no_chinese_gets_escapes_and_json_stays_utf8(hegui: Hegui, tmp_path: Path) -> None:
    (tmp_path / "zh.yaml").write_text("service: 客服\nfacts: {}\n", encoding="utf-8")
    said = hegui("--lang", "zh", "law", "check", "zh.yaml", PYTHONIOENCODING="latin-1")
    assert said.returncode == 0
    assert said.stdout.startswith("\\u5ba2\\u670d\\uff1a")
    plain = hegui("law", "check", "zh.yaml", "--json", PYTHONIOENCODING="latin-1")
    assert json.loads(plain.stdout)["service"] == "客服"


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
        (
            ("law", "list", "--instrument", "NOPE"),
            1,
            "LAW012 NOPE — there is no such instrument\nWrite one of: IM, D23, ",
        ),
        (("law", "list", "--duty", "M31"), 1, "LAW012 M31 — there is no such row of the duty table"),
        (("law", "figures", "nope"), 1, "See hegui law figures."),
        (("law", "sanctions", "IM-17-1", "--on", "9999-12-31"), 1, "LAW042 9999-12-31 — the year 9999 is outside"),
        (
            ("law", "deadlines", "--event", "service_started", "--at", "2026-W01-1T09:00"),
            2,
            "'2026-W01-1' is not a day",
        ),
        (("law", "check", "steering.yaml"), 1, "steering.yaml:1: there is no fact a?[2J\n"),
        (("law", "check", "vast.yaml"), 1, "LAW025 vast.yaml — is larger than 1048576 bytes"),
        (("law", "check", "laughs.yaml"), 1, "laughs.yaml:1: anchors and aliases"),
        (("law", "check", "shop.yaml", "--as-of", "2026-W01-1"), 2, "'2026-W01-1' is not a day of the calendar"),
        (("law", "export", "schema", "--to", "none/x.json"), 1, "LAW027 none/x.json — cannot be written"),
        (("law", "interview", "shop.yaml", "--service", "x"), 2, "--service names a new profile"),
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
    (tmp_path / "steering.yaml").write_text('facts: {"a\\e[2J": true}')
    (tmp_path / "vast.yaml").write_bytes(b"#" * 2**20 + b"\n")
    (tmp_path / "laughs.yaml").write_text("a: &a [x, x]\nb: [*a, *a]\n")
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
    return subprocess.run(
        command, cwd=folder, env=env, input=typed, capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
    ).stdout


def test_an_interview_saves_each_answer_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first = converse(tmp_path, "y\nwhat\n?\nu\nq\n", "--service", "shop")
    saved = (tmp_path / "shop.yaml").read_text()
    assert saved.startswith('service: "shop"\nfacts:\n')
    assert len(re.findall(r": \{value: true, on: 20\d\d-\d\d-\d\d\}\n", saved)) == 1
    assert saved.count(": unknown\n") == 1
    assert "Not an answer: 'what' is neither true, false nor unknown" in first
    second = converse(tmp_path, "n\nb\nq\n")
    asked = [line.split("] ", 1)[1] for line in (first + second).splitlines() if " left] " in line]
    assert asked[0] not in asked[1:], "what was answered is not asked again"
    assert (tmp_path / "shop.yaml").read_text() == saved, "back takes the answer out of the file"


HAND_WRITTEN = (
    "\ufeff# Reviewed by counsel.\r\nservice: 'shop'   # until the launch\r\nfacts:\r\n"
    "  uses_generative_ai: {value: true, source: product sheet, note: sure}  # sheet 3\r\n"
    "  minors_can_use: {value: unknown, note: waiting for the survey}\r\n\r\n# next review in May\r\n"
)


def test_an_interview_leaves_all_that_its_author_wrote(tmp_path: Path) -> None:
    there = tmp_path / "real.yaml"
    there.write_bytes(HAND_WRITTEN.encode())
    there.chmod(0o640)
    (tmp_path / "shop.yaml").symlink_to("real.yaml")
    converse(tmp_path, "y\nu\nq\n")
    after = there.read_bytes().decode()
    assert (tmp_path / "shop.yaml").is_symlink()
    assert there.stat().st_mode & 0o777 == 0o640
    added = [line for line in after.split("\r\n") if line not in HAND_WRITTEN.split("\r\n")]
    assert len(added) == 2
    assert all(re.fullmatch(r"  \w+: (unknown|\{value: true, on: 20\d\d-\d\d-\d\d\})", line) for line in added)
    assert "\r\n".join(line for line in after.split("\r\n") if line not in added) == HAND_WRITTEN
    assert sorted(file.name for file in tmp_path.iterdir()) == ["real.yaml", "shop.yaml"]


def begun(folder: Path) -> subprocess.Popen[str]:
    """An interview that waits for the answer to its second question."""
    command = [sys.executable, "-m", "hegui", "law", "interview", "shop.yaml"]
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=folder, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert process.stdin
    assert process.stdout
    process.stdin.write("shop\ny\n")
    process.stdin.flush()
    asked = 0
    while asked < 2:
        asked += " left] " in process.stdout.readline()
    return process


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interview_that_is_broken_off_has_saved_what_was_answered(tmp_path: Path, how: signal.Signals) -> None:
    with begun(tmp_path) as process:
        process.send_signal(how)
        process.communicate()
    assert (tmp_path / "shop.yaml").read_text().count(": {value: true") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["shop.yaml"]


def test_an_interview_never_writes_over_what_somebody_else_wrote_meanwhile(tmp_path: Path) -> None:
    with begun(tmp_path) as process:
        (tmp_path / "shop.yaml").write_text("service: another\n")
        _, said = process.communicate("y\n")
    assert process.returncode == 1
    assert "LAW026 shop.yaml" in said
    assert (tmp_path / "shop.yaml").read_text() == "service: another\n"


def test_an_interview_that_cannot_write_says_so_and_one_without_answers_writes_nothing(
    hegui: Hegui, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "hegui", "law", "interview", "none/shop.yaml"]
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    result = subprocess.run(
        command, cwd=tmp_path, env=env, input="shop\ny\n", capture_output=True, text=True, check=False
    )
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    assert "LAW027 none/shop.yaml — cannot be written: No such file or directory" in result.stderr
    assert "Nothing was answered, nothing is saved: shop.yaml" in converse(tmp_path, "q\n")
    assert list(tmp_path.iterdir()) == []
    assert "characters that cannot be shown" in hegui("law", "interview", "x.yaml", "--service", "a\x1b[2J").stderr


def test_an_interview_stopped_before_an_answer_saves_nothing(tmp_path: Path) -> None:
    assert "Nothing was answered, nothing is saved: shop.yaml" in converse(tmp_path, "q\n", "--service", "shop")
    assert "Nothing was answered" in converse(tmp_path, "")
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_the_service_is_asked_for_where_nobody_gave_one(hegui: Hegui, tmp_path: Path) -> None:
    assert "Name of the service" in converse(tmp_path, "shop\ny\nq\n")
    before = (tmp_path / "shop.yaml").read_text()
    assert before.startswith("service:")
    assert "shop" in before.splitlines()[0]
    assert "Name of the service" not in converse(tmp_path, "q\n")
    assert hegui("law", "interview", "shop.yaml", "--service", "other").returncode == 2
    assert (tmp_path / "shop.yaml").read_text() == before


@pytest.mark.parametrize("file", ["no/folder/shop.yaml", "/proc/shop.yaml"])
def test_an_interview_is_refused_where_nothing_can_be_saved(hegui: Hegui, file: str) -> None:
    result = hegui("law", "interview", file, "--service", "shop")
    assert result.returncode == 1
    assert "LAW027" in result.stderr
    assert "left] " not in result.stdout


def test_an_interview_says_that_events_were_left_out(tmp_path: Path) -> None:
    printed = converse(tmp_path, "n\n" * 150, "--service", "shop")
    assert "Nothing left to ask would change an answer of hegui law check." in printed
    (tmp_path / "shop.yaml").write_text("facts:\n  network_operator_in_PRC: true\n")
    assert "hegui law interview shop.yaml --events" in converse(tmp_path, "0\n" * 150)


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


def test_the_event_named_counts_as_happened_whatever_the_profile_said_before(hegui: Hegui, profile: Path) -> None:
    for said in ("", "  complaint_received: false\n", "  complaint_received: unknown\n"):
        profile.write_text(PROFILE + "  network_operator_in_PRC: true\n" + said)
        arguments = ("law", "deadlines", "shop.yaml", "--event", "complaint_received", "--at", "2026-11-26", "--json")
        found = json.loads(hegui(*arguments).stdout)["deadlines"]
        assert "applies" in {one["applies"] for one in found}


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
    assert "LAW027" in hegui("law", "export", "schema", "--to", "no/schema.json").stderr


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


def test_the_circumstances_of_a_breach_are_listed(hegui: Hegui) -> None:
    assert "refused" in {one["word"] for one in json.loads(hegui("law", "sanctions", "--words", "--json").stdout)}


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
