"""`hegui exchange set-aside` as a process: from the doctor's finding to a ledger that says what was given up."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from hegui.compose import compose
from hegui.settings import Settings
from hegui.store.spool import Spool, SpoolReader
from hegui.store.spool_records import encode_exchange
from hegui.usecases.ledger_log import read_log
from hegui.usecases.ledger_prove import prove_in
from tests.cli.conftest import Hegui
from tests.store.samples import an_exchange


@pytest.fixture
def ids(tmp_path: Path) -> list[str]:
    """Two records set aside, one of them good by now."""
    spool = Spool(tmp_path / "state" / "spool")
    spool.append([encode_exchange(an_exchange(1)), b"?"])
    with SpoolReader(spool.file) as reader:
        for waiting in reader.read(0, 2):
            reader.set_aside(waiting, "DataError")
        reader.forget(2)
    spool.close()
    return [f"{spool.name}/1", f"{spool.name}/2"]


def test_from_the_doctor_to_the_ledger(hegui: Hegui, tmp_path: Path, ids: list[str]) -> None:
    good, bad = ids
    ill = hegui("doctor")
    assert ill.returncode == 1
    assert "hegui exchange set-aside list" in ill.stdout
    listed = [json.loads(line) for line in hegui("exchange", "set-aside", "list", "--json").stdout.splitlines()]
    assert [one["id"] for one in listed] == ids
    assert good in hegui("exchange", "set-aside", "list").stdout
    shown = json.loads(hegui("exchange", "set-aside", "show", bad, "--json").stdout)
    assert (shown["exchange_id"], shown["size"]) == (None, 1)
    assert "DataError" in hegui("exchange", "set-aside", "show", good, LANG="zh_CN.UTF-8").stdout

    tried = hegui("exchange", "set-aside", "retry", "--all", "--json")
    assert tried.returncode == 1
    assert [one["problem"] for one in json.loads(tried.stdout)] == [None, "JSONDecodeError in a record"]
    assert json.loads(hegui("exchange", "show", an_exchange(1).id, "--json").stdout)["id"] == an_exchange(1).id

    assert hegui("exchange", "set-aside", "discard", bad).returncode == 2  # without a reason
    assert hegui("exchange", "set-aside", "discard", bad, "--reason", "damaged disk").returncode == 1  # not confirmed
    gone = hegui("exchange", "set-aside", "discard", bad, "--reason", "damaged disk", "--yes", "--json")
    assert json.loads(gone.stdout)["reason"] == "damaged disk"
    assert hegui("exchange", "set-aside", "discard", bad, "--reason", "x", "--yes").returncode == 1

    with closing(compose(Settings.read({"HEGUI_STATE_DIR": str(tmp_path / "state")}, None))) as system:
        evidence = system.open_evidence()
        evidence.stop()
        evidence.run()
        log = read_log(system.ledger)
    assert (well := hegui("doctor")).returncode == 0, well.stdout
    (kept,) = [
        json.loads(line) for line in hegui("exchange", "set-aside", "list", "--discarded", "--json").stdout.splitlines()
    ]
    entry = json.loads(prove_in(log, kept["index"]).entry)
    assert (entry["type"], entry["subject"]) == ("record.discarded", bad)
    assert len(bytes.fromhex(kept["salt"])) == 32
    assert "damaged disk" in hegui("exchange", "set-aside", "list", "--discarded").stdout


@pytest.mark.parametrize("arguments", [["retry"], ["retry", "x/1", "--all"]])
def test_what_is_to_be_tried_again_is_named(hegui: Hegui, arguments: list[str]) -> None:
    assert hegui("exchange", "set-aside", *arguments).returncode == 2


def test_nothing_set_aside_is_said(hegui: Hegui) -> None:
    assert "Nothing is set aside." in hegui("exchange", "set-aside", "list").stdout
    assert "Nothing is set aside." in hegui("exchange", "set-aside", "list", "--discarded").stdout
    assert "REC008" in hegui("exchange", "set-aside", "retry", "x/1").stderr
