"""`hegui vault expire` and `history`: what was kept long enough goes, and the ledger is told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hegui.compose import System, compose
from hegui.settings import Settings
from hegui.store import open_store
from hegui.store.evidence_writer import EvidenceWriter
from hegui.usecases.keep_content import keep_content
from hegui.usecases.ports import Exchange
from tests.cli.conftest import Hegui, Result
from tests.store.samples import an_exchange


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation that keeps content."""
    file = tmp_path / "master.keys"
    file.write_text(bytes(range(32)).hex() + "\n")
    file.chmod(0o600)
    return {"HEGUI_VAULT_MASTER_KEY": f"file:{file}"}


@contextmanager
def system(tmp_path: Path, environ: dict[str, str]) -> Iterator[System]:
    found = compose(Settings.read({"HEGUI_STATE_DIR": str(tmp_path / "state"), **environ}, None))
    try:
        yield found
    finally:
        found.close()


def keep(tmp_path: Path, keys: dict[str, str], one: Exchange, parts: dict[str, bytes], *, publish: bool = True) -> None:
    with system(tmp_path, keys) as found:
        assert found.vault is not None
        kept = keep_content(found.vault, one.user, one.id, parts)
        store = open_store(found.settings.database_url)
        EvidenceWriter(store.database, os.urandom).write(one.id[-16:], 1, [one], {one.id: kept})
        store.close()
        if publish:
            evidence = found.open_evidence()
            evidence.stop()
            evidence.run()
            assert evidence.last_error is None


def an_old_one(number: int = 0, **changes: Any) -> Exchange:
    return an_exchange(number, **changes)  # of January 2026


def a_new_one(number: int = 1) -> Exchange:
    now = datetime.now(UTC) - timedelta(hours=1)
    return replace(an_exchange(number), started_at=now, first_token_at=now, finished_at=now)


def said(result: Result) -> Any:
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_what_is_due_is_shown_deleted_and_told(hegui: Hegui, tmp_path: Path, keys: dict[str, str]) -> None:
    keep(tmp_path, keys, an_old_one(), {"prompt": b"p", "answer": b"a"})
    keep(tmp_path, keys, a_new_one(), {"prompt": b"p"})
    planned = said(hegui("vault", "expire", "--dry-run", "--json", **keys))
    counts = {"prompt": 1, "answer": 1, "attachment": 0, "exchange_record": 1}
    assert (planned["dry_run"], planned["deleted"], planned["entries"]) == (True, counts, 0)
    assert len(said(hegui("exchange", "list", "--json", "--user", "u-1", "--until", "2026-02-01"))["findings"]) == 2
    done = said(hegui("vault", "expire", "--json"))  # without the master key: deleting opens nothing
    assert (done["deleted"], done["entries"], done["held"]) == (counts, 3, 0)
    assert done["made_through"] == planned["made_through"]
    left = said(hegui("exchange", "list", "--json"))
    assert left["id"] == a_new_one().id
    assert hegui("exchange", "content", left["id"], "--part", "prompt", **keys).stdout == "p"
    assert said(hegui("vault", "expire", "--json"))["deleted"] == dict.fromkeys(counts, 0)

    told = [json.loads(line) for line in hegui("vault", "history", "--json").stdout.splitlines()]
    assert [one["index"] for one in told] == [2, 3, 4]
    assert {one["type"] for one in told} == {"retention.expired"}
    assert all(len(one["salt"]) == 64 for one in told)
    people = hegui("vault", "history", HEGUI_LOCALE="zh").stdout.splitlines()
    assert [line.split("  ")[1:3] for line in people] == [[str(index), "retention.expired"] for index in (2, 3, 4)]


def test_people_read_what_would_go_and_what_went(hegui: Hegui, tmp_path: Path, keys: dict[str, str]) -> None:
    keep(tmp_path, keys, an_old_one(), {"prompt": b"p"})
    keep(tmp_path, keys, an_old_one(1), {"prompt": b"p"}, publish=False)
    would = hegui("vault", "expire", "--dry-run", HEGUI_LOCALE="en").stdout
    assert "1 × prompt would be deleted, made up to 20" in would
    assert "2 stay: in custody, or waiting" in would  # the part, and its record
    went = hegui("vault", "expire", HEGUI_LOCALE="zh").stdout
    assert "已删除提示 1 份（形成于 20" in went
    assert hegui("vault", "expire", "--help").returncode == 0


def test_a_period_below_the_minimum_is_refused_and_with_a_reason_told_once(hegui: Hegui, tmp_path: Path) -> None:
    short = {"HEGUI_VAULT_KEEP_EXCHANGE_RECORD": "1 months"}
    refused = hegui("vault", "expire", **short)
    assert refused.returncode == 1
    assert refused.stderr.startswith("VLT012 ")
    for command in (("serve", "--port", "0"), ("sequencer",)):
        assert hegui(*command, **short).stderr.startswith("VLT012 ")
    short["HEGUI_VAULT_BELOW_MINIMUM_EXCHANGE_RECORD"] = "no service in the mainland"
    for _ in range(2):
        assert said(hegui("vault", "expire", "--json", **short))["entries"] == 0
    (told,) = [json.loads(line) for line in hegui("vault", "history", "--json").stdout.splitlines()]
    assert (told["type"], told["index"]) == ("retention.overridden", 0)
    document = told["document"]
    assert (document["kind"], document["months"], document["setting"]) == (
        "exchange_record", 1, "vault.keep.exchange_record",
    )  # fmt: skip
    assert (document["reason"], document["reason_setting"]) == (
        "no service in the mainland", "vault.below_minimum.exchange_record",
    )  # fmt: skip
    assert document["minima"][0]["provision"] == "CSL-23-1"
    assert "vault.keep.exchange_record 1" in hegui("vault", "history").stdout


def test_the_doctor_says_what_is_due_and_which_period_is_too_short(
    hegui: Hegui, tmp_path: Path, keys: dict[str, str]
) -> None:
    keep(tmp_path, keys, an_old_one(), {"prompt": b"p"})

    def checked(**environ: str) -> dict[str, str]:
        checks = json.loads(hegui("doctor", "--json", **environ).stdout)
        return next(check for check in checks if check["name"] == "retention")

    assert checked()["finding"].startswith("2 parts and records are due")
    assert checked()["state"] == "ok"
    assert checked(HEGUI_VAULT_EXPIRE="command")["remedy"] == "Run: hegui vault expire"
    short = checked(HEGUI_VAULT_KEEP_LOG="1 months")
    assert short["state"] == "wrong"
    assert "CSL-23-1" in short["finding"]
