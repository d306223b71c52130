"""`hegui store`: how the database stands, and its migrations."""

from __future__ import annotations

import json

from tests.cli.conftest import Hegui


def test_status_and_migrate_from_nothing(hegui: Hegui) -> None:
    found = json.loads(hegui("store", "status", "--json").stdout)
    assert (found["kind"], found["revision"], found["exchanges"]) == ("sqlite", None, None)
    assert found["pending"] == [
        {"id": "0001", "phase": "before", "about": "first schema"},
        {"id": "0002", "phase": "before", "about": "evidence"},
    ]
    done = json.loads(hegui("store", "migrate", "--json").stdout)
    assert [one["id"] for one in done["done"]] == ["0001", "0002"]
    assert (done["revision"], done["pending"]) == ("0002", [])
    found = json.loads(hegui("store", "status", "--json").stdout)
    assert (found["revision"], found["pending"], found["exchanges"], found["findings"]) == ("0002", [], 0, 0)


def test_both_speak_to_people_in_their_language(hegui: Hegui) -> None:
    assert hegui("store", "migrate", "--phase", "before").stdout.splitlines() == [
        "Run: 0001 before (first schema)",
        "Run: 0002 before (evidence)",
        "The schema is at revision 0002; revisions pending: 0.",
    ]
    assert hegui("store", "migrate", LANG="zh_CN.UTF-8").stdout.splitlines() == [
        "无需执行迁移。",
        "数据库结构版本为 0002；待执行的迁移：0 项。",
    ]
    assert "Revision of the schema   0002" in hegui("store", "status").stdout
    assert "结构版本" in hegui("store", "status", LANG="zh_CN.UTF-8").stdout


def test_check_refuses_to_start_and_names_the_command(hegui: Hegui) -> None:
    result = hegui("app", "list", HEGUI_STORE_MIGRATE="check")
    assert result.returncode == 1
    assert result.stderr.startswith("STO007 ")
    assert result.stderr.endswith("Run: hegui store migrate\n")
    doctor = hegui("doctor", HEGUI_STORE_MIGRATE="check")
    assert doctor.returncode == 1
    assert "hegui store migrate" in doctor.stdout
    assert hegui("store", "migrate").returncode == 0
    assert hegui("app", "list", HEGUI_STORE_MIGRATE="check").returncode == 0


def test_the_doctor_shows_the_revision(hegui: Hegui) -> None:
    assert "schema at revision 0002" in hegui("doctor").stdout


def test_every_command_works_on_postgresql(hegui: Hegui, postgres_url: str) -> None:
    given = {"HEGUI_DATABASE": postgres_url}
    assert hegui("app", "add", "shop", "--upstream", "http://127.0.0.1:9/v1", **given).returncode == 0
    assert [one["name"] for one in json.loads(hegui("app", "list", "--json", **given).stdout)] == ["shop"]
    assert hegui("lexicon", "load", "--starter", **given).returncode == 0
    assert hegui("exchange", "list", **given).stdout == "No exchange matches.\n"
    assert "postgresql 1" in hegui("doctor", **given).stdout
    found = json.loads(hegui("store", "status", "--json", **given).stdout)
    assert (found["kind"], found["revision"]) == ("postgresql", "0002")


def test_a_server_that_is_not_there_is_an_error_of_one_line_and_a_remedy(hegui: Hegui) -> None:
    given = {"HEGUI_DATABASE": "postgresql+psycopg://u:secret@127.0.0.1:9/db"}
    for command in (("app", "list"), ("store", "status"), ("store", "migrate")):
        result = hegui(*command, **given)
        assert (result.returncode, result.stdout) == (1, "")
        assert len(result.stderr.splitlines()) == 2
        assert "secret" not in result.stderr
        assert "Traceback" not in result.stderr
