"""Content from a request to its erasure: kept sealed, bound in the ledger, read by who has the key, then by nobody."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hegui.compose import ledger_home
from hegui.ledger.entry import Entry
from hegui.settings import Settings
from hegui.usecases.ledger_log import read_log
from tests.evidence.fleet import HEGUI, Demonstration, Fleet
from tests.support.patience import PATIENCE_SECONDS

VERIFIER = Path(__file__).parents[2] / "verifier" / "hegui_verify.py"
SECRET, OTHER = "只有甲知道的秘密", "乙的心事"


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with Demonstration() as demonstration:
        yield demonstration.url


@pytest.fixture(params=["sqlite", "postgres"])
def fleet(request: pytest.FixtureRequest, tmp_path: Path, upstream: str) -> Iterator[Fleet]:
    """A gateway that keeps content; before it ends, the sequencer is separate, so that the test says when records move."""
    keys = tmp_path / "master.keys"
    keys.write_text(os.urandom(32).hex() + "\n")
    keys.chmod(0o600)
    more = {"HEGUI_VAULT_MASTER_KEY": f"file:{keys}"}
    if request.param == "postgres":
        more["HEGUI_DATABASE"] = request.getfixturevalue("postgres_url")
    fleet = Fleet(tmp_path / "state", 1, upstream, **more)
    fleet.start()
    try:
        yield fleet
    finally:
        fleet.end()


def ask(fleet: Fleet, user: str, text: str, *, stream: bool = False) -> str:
    """The id of the exchange."""
    body = {"model": "hegui-demo", "user": user, "stream": stream, "messages": [{"role": "user", "content": text}]}
    request = urllib.request.Request(
        f"http://127.0.0.1:{fleet.gateways[0].port}/v1/chat/completions",
        json.dumps(body, ensure_ascii=False).encode(),
        {"Authorization": f"Bearer {fleet.key}"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        answer.read()
        return str(answer.headers["x-hegui-exchange"])


def shown(fleet: Fleet, exchange: str) -> dict[str, Any]:
    return dict(json.loads(fleet.hegui("exchange", "show", exchange, "--json")))


def content(fleet: Fleet, exchange: str, part: str) -> subprocess.CompletedProcess[bytes]:
    command = [HEGUI, "exchange", "content", exchange, "--part", part]
    return subprocess.run(command, env=fleet.environ, capture_output=True, timeout=PATIENCE_SECONDS)


def entries(fleet: Fleet) -> list[Entry]:
    log = read_log(ledger_home(Settings.read(fleet.environ, None)))
    return [Entry.decode(log.tree.entry(index)) for index in range(log.checkpoint.size)]


def move(fleet: Fleet) -> None:
    fleet.sequencer.start()
    while fleet.gateways[0].health()["records_spooled"]:
        pass
    fleet.sequencer.end(signal.SIGTERM)


def test_content_is_sealed_bound_and_erased_and_the_ledger_still_verifies(fleet: Fleet, tmp_path: Path) -> None:
    whole, streamed, other = ask(fleet, "甲", SECRET), ask(fleet, "甲", SECRET, stream=True), ask(fleet, "乙", OTHER)
    assert holds_nothing(fleet.state, SECRET)  # in the spool it is sealed already
    move(fleet)
    assert holds_nothing(fleet.state, SECRET)
    for exchange in (whole, streamed):
        assert SECRET in json.loads(content(fleet, exchange, "prompt").stdout)["messages"][0]["content"]
        assert content(fleet, exchange, "answer").returncode == 0
    assert b"data: [DONE]" in content(fleet, streamed, "answer").stdout
    by_subject = {entry.subject: entry for entry in entries(fleet)}
    assert [payload.name for payload in by_subject[whole].payloads] == ["record", "prompt", "answer"]

    pseudonym = shown(fleet, whole)["user"]
    waiting = ask(fleet, "甲", SECRET)  # on its way while its user is erased
    done = json.loads(fleet.hegui("user", "erase", pseudonym, "--yes", "--json"))
    assert done["unreadable"] == 6
    assert done["is_scrubbed"] is True
    assert {kept["record"] for kept in done["kept"]} == {whole, streamed, waiting}
    assert all(kept["through"] and kept["reasons"][0]["provision"] for kept in done["kept"])
    for exchange in (whole, streamed, waiting):
        for part in ("prompt", "answer"):
            gone = content(fleet, exchange, part)
            assert gone.returncode == 1
            assert b"VLT010" in gone.stderr
    assert OTHER in content(fleet, other, "prompt").stdout.decode()

    (erased,) = [key for key in done["keys"] if key["erased_at"]]
    told = [entry for entry in entries(fleet) if entry.type == "subject_key.erased"]
    assert [entry.subject for entry in told] == [erased["id"]]
    assert pseudonym not in json.dumps([entry.encode().decode() for entry in entries(fleet)])
    again = json.loads(fleet.hegui("user", "erase", pseudonym, "--yes", "--json"))
    assert (again["unreadable"], again["blobs_deleted"]) == (0, 0)
    assert len([entry for entry in entries(fleet) if entry.type == "subject_key.erased"]) == 1

    log = read_log(ledger_home(Settings.read(fleet.environ, None)))
    command = [sys.executable, "-I", str(VERIFIER), "verify-log", "--key", str(log.key), str(fleet.state / "ledger")]
    assert subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS).returncode == 0

    backup = tmp_path / "backup"  # made after the erasure, put back after a disaster
    shutil.copytree(fleet.state, backup)
    assert holds_nothing(backup, SECRET)
    fleet.environ["HEGUI_STATE_DIR"] = str(backup)
    assert b"VLT010" in content(fleet, whole, "prompt").stderr
    assert OTHER in content(fleet, other, "prompt").stdout.decode()


def holds_nothing(folder: Path, text: str) -> bool:
    """Whether no file says it, in the encodings in which it could stand in one."""
    spellings = [text.encode(), json.dumps(text)[1:-1].encode(), text.encode("utf-16-le")]
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "log"]
    return not any(spelling in data for data in files for spelling in spellings)


def test_a_refused_prompt_is_kept_too(fleet: Fleet) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(fleet, "丙", "哪里购买冰毒")
    exchange = refused.value.headers["x-hegui-exchange"]
    refused.value.close()
    move(fleet)
    assert "冰毒" in content(fleet, exchange, "prompt").stdout.decode()
    assert shown(fleet, exchange)["outcome"] == "blocked_prompt"


def test_without_the_master_key_records_wait_and_nothing_is_lost(fleet: Fleet) -> None:
    exchange = ask(fleet, "丁", SECRET)
    environ = {name: value for name, value in fleet.environ.items() if name != "HEGUI_VAULT_MASTER_KEY"}
    blind = subprocess.Popen([HEGUI, "sequencer"], env=environ, stderr=subprocess.PIPE, text=True)
    assert blind.stderr is not None
    assert "REC005" in blind.stderr.readline()
    blind.send_signal(signal.SIGTERM)
    blind.wait(PATIENCE_SECONDS)
    blind.stderr.close()
    assert fleet.gateways[0].health()["records_spooled"] == 1
    move(fleet)
    assert content(fleet, exchange, "prompt").returncode == 0
