"""`hegui doctor` says so where entries wait long for a checkpoint: nothing grows the ledger any more."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hegui.ledger.entry import Entry
from hegui.store import open_store
from tests.cli.conftest import Hegui


@pytest.mark.parametrize(("age", "state"), [(timedelta(0), "ok"), (timedelta(hours=1), "wrong")])
def test_entries_that_wait_long_are_told(hegui: Hegui, tmp_path: Path, age: timedelta, state: str) -> None:
    assert hegui("ledger", "init").returncode == 0
    at = datetime.now(UTC).replace(microsecond=0) - age
    with closing(open_store(f"sqlite:///{tmp_path}/state/hegui.sqlite3")) as store:
        store.add_entries([Entry("content.dropped", "one/content", "system", at)])
    checks = {row["name"]: row for row in json.loads(hegui("doctor", "--json").stdout)}
    assert checks["ledger"]["state"] == state
    assert "1 wait for a checkpoint" in checks["ledger"]["finding"]
