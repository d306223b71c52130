"""`hegui store`: how the database stands, and its migrations."""

from __future__ import annotations

import json

from hegui.store import migrations
from tests.cli.conftest import Hegui

REVISIONS = migrations.revisions()
NEWEST = REVISIONS[-1].id


def test_status_and_migrate_from_nothing(hegui: Hegui) -> None:
    found = json.loads(hegui("store", "status", "--json").stdout)
    assert (found["kind"], found["revision"], found["exchanges"]) == ("sqlite", None, None)
    assert found["pending"][0] == {"id": "0001", "phase": "before", "about": "first schema"}
    assert len(found["pending"]) == len(REVISIONS)
    done = json.loads(hegui("store", "migrate", "--json").stdout)
    assert [one["id"] for one in done["done"]] == [one.id for one in REVISIONS]
    assert (done["revision"], done["pending"]) == (NEWEST, [])
    found = json.loads(hegui("store", "status", "--json").stdout)
    assert (found["revision"], found["pending"], found["exchanges"], found["findings"]) == (NEWEST, [], 0, 0)


def test_both_speak_to_people_in_their_language(hegui: Hegui) -> None:
    assert hegui("store", "migrate", "--phase", "before").stdout.splitlines() == [
        *(f"Run: {one.id} {one.phase} ({one.about})" for one in REVISIONS),
        f"The schema is at revision {NEWEST}; revisions pending: 0.",
    ]
    assert hegui("store", "migrate", LANG="zh_CN.UTF-8").stdout.splitlines() == [
        "无需执行迁移。",
        f"数据库结构版本为 {NEWEST}；待执行的迁移：0 项。",
    ]
    assert f"Revision of the schema   {NEWEST}" in hegui("store", "status").stdout
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
    assert f"schema at revision {NEWEST}" in hegui("doctor").stdout


def test_every_command_works_on_postgresql(hegui: Hegui, postgres_url: str) -> None:
    given = {"HEGUI_DATABASE": postgres_url}
    assert hegui("app", "add", "shop", "--upstream", "http://127.0.0.1:9/v1", **given).returncode == 0
    assert [one["name"] for one in json.loads(hegui("app", "list", "--json", **given).stdout)] == ["shop"]
    assert hegui("lexicon", "load", "--starter", **given).returncode == 0
    assert hegui("exchange", "list", **given).stdout == "No exchange matches.\n"
    assert "postgresql 1" in hegui("doctor", **given).stdout
    found = json.loads(hegui("store", "status", "--json", **given).stdout)
    assert (found["kind"], found["revision"]) == ("postgresql", NEWEST)


def test_a_server_that_is_not_there_is_an_error_of_one_line_and_a_remedy(hegui: Hegui) -> None:
    given = {"HEGUI_DATABASE": "postgresql+psycopg://u:secret@127.0.0.1:9/db"}
    for command in (("app", "list"), ("store", "status"), ("store", "migrate")):
        result = hegui(*command, **given)
        assert (result.returncode, result.stdout) == (1, "")
        assert len(result.stderr.splitlines()) == 2
        assert "secret" not in result.stderr
        assert "Traceback" not in result.stderr
