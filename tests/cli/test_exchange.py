"""`hegui exchange`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hegui.store import open_store
from tests.cli.conftest import Hegui
from tests.store.samples import a_key, an_application, an_exchange, write

DEMO = an_application("演示")
EXCHANGES = [
    an_exchange(0, application_id=DEMO.id, findings=(), user=None, usage=None),
    an_exchange(1, application_id=DEMO.id, decision="stop", model="evil\x1b[2J"),
    an_exchange(2, user="u-2"),
]


@pytest.fixture(autouse=True)
def recorded(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/state/hegui.sqlite3")
    store.applications.add(DEMO, a_key(DEMO))
    write(store, *EXCHANGES)
    store.close()


def listed(hegui: Hegui, *options: str) -> list[str]:
    result = hegui("exchange", "list", "--json", *options)
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


def ids(*numbers: int) -> list[str]:
    return [EXCHANGES[number].id for number in numbers]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], [2, 1, 0]),
        (["--limit", "1"], [2]),
        (["--application", "演示"], [1, 0]),
        (["--user", "u-2"], [2]),
        (["--decision", "stop"], [1]),
        (["--outcome", "client_left"], []),
        (["--since", "2026-01-05T12:00:01"], [2, 1]),  # Beijing time: noon there is 04:00 UTC
        (["--since", "2026-01-05T04:00:01Z", "--until", "2026-01-05T04:00:02+00:00"], [1]),
        (["--until", "2026-01-05"], []),
    ],
)
def test_options_narrow_the_list(hegui: Hegui, options: list[str], found: list[int]) -> None:
    assert listed(hegui, *options) == ids(*found)


def test_people_get_a_table_in_beijing_time_that_cannot_steer_the_terminal(hegui: Hegui) -> None:
    head, *rows = hegui("exchange", "list").stdout.splitlines()
    assert " ".join(head.split()) == "Exchange Started Application User Model Decision Outcome Status Findings"
    assert [row.split()[0] for row in rows] == ids(2, 1, 0)
    assert "2026-01-05 12:00:02+08:00" in rows[0]
    assert "演示" in rows[1]
    assert "evil?[2J" in rows[1]
    assert hegui("exchange", "list", "--user", "u-9").stdout == "No exchange matches.\n"


def test_show_has_everything(hegui: Hegui) -> None:
    shown = json.loads(hegui("exchange", "show", EXCHANGES[1].id.lower(), "--json").stdout)
    assert shown["id"] == EXCHANGES[1].id
    assert shown["started_at"] == "2026-01-05T04:00:01.000007Z"
    assert shown["usage"] == {"prompt": 5, "completion": 6, "total": 11}
    assert [finding["term_id"] for finding in shown["findings"]] == ["t1", "t0"]


@pytest.mark.parametrize(("number", "said"), [(0, "没有命中。"), (2, "choices[0].content")])
def test_show_speaks_to_people(hegui: Hegui, number: int, said: str) -> None:
    result = hegui("exchange", "show", EXCHANGES[number].id, HEGUI_LOCALE="zh")
    assert (result.returncode, result.stderr) == (0, "")
    assert said in result.stdout
    assert "模型-1" in result.stdout
    assert "2026-01-05 12:00:0" in result.stdout


@pytest.mark.parametrize("exchange_id", ["x", "0" * 26])
def test_an_unknown_exchange_is_an_error(hegui: Hegui, exchange_id: str) -> None:
    result = hegui("exchange", "show", exchange_id)
    assert result.returncode == 1
    assert result.stderr.startswith("EXC001 ")


def test_an_instant_that_is_none_is_wrong_usage(hegui: Hegui) -> None:
    result = hegui("exchange", "list", "--since", "yesterday")
    assert result.returncode == 2
    assert "Write 2026-01-31" in result.stderr


def test_a_filter_that_makes_no_sense_is_our_error(hegui: Hegui) -> None:
    result = hegui("exchange", "list", "--limit", "0")
    assert result.returncode == 1
    assert result.stderr.startswith("EXC002 ")
