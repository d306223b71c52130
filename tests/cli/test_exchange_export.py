"""`hegui exchange export`: whole, resumed at any byte, and checked by an outsider."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from hegui.compose import compose
from hegui.ledger import canonical
from hegui.ledger.entry import Entry
from hegui.ledger.keys import SignerKey
from hegui.ledger.proof import ProofFile
from hegui.settings import Settings
from hegui.store import open_store
from hegui.store.evidence_writer import EvidenceWriter
from tests.cli.conftest import Hegui
from tests.store.samples import a_key, an_application, an_exchange

VERIFIER = Path(__file__).parents[2] / "verifier" / "hegui_verify.py"
DEMO = an_application("演示")
EXCHANGES = [an_exchange(number, application_id=DEMO.id, user=f"u-{number % 3}") for number in range(603)]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with 603 exchanges, the last three of which are not in the ledger yet."""
    state = tmp_path_factory.mktemp("recorded")
    with closing(open_store(f"sqlite:///{state}/hegui.sqlite3")) as store:
        store.applications.add(DEMO, a_key(DEMO))
        EvidenceWriter(store.database, os.urandom).write("0" * 16, 600, EXCHANGES[:600])
    with closing(compose(Settings.read({"HEGUI_STATE_DIR": str(state)}, None))) as system:
        evidence = system.open_evidence()
        evidence.stop()
        evidence.run()
    with closing(open_store(f"sqlite:///{state}/hegui.sqlite3")) as store:
        EvidenceWriter(store.database, os.urandom).write("0" * 16, 603, EXCHANGES[600:])
    return state


@pytest.fixture
def export(hegui: Hegui, recorded: Path, tmp_path: Path) -> Any:
    def run(*options: str, out: str = "out.jsonl", fails: str = "", lang: str = "en") -> list[dict[str, Any]]:
        environ = {"HEGUI_STATE_DIR": str(recorded), "LANG": lang}
        done = hegui("exchange", "export", "--out", str(tmp_path / out), *options, **environ)
        if fails:
            assert done.returncode == 1
            assert done.stderr.startswith(fails)
            return []
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in (tmp_path / out).read_bytes().splitlines()] if out.endswith("l") else []

    return run


def test_every_line_is_bound_to_the_ledger(export: Any, recorded: Path, tmp_path: Path) -> None:
    lines = export()
    assert [line["record"]["id"] for line in lines] == [one.id for one in EXCHANGES]
    key = SignerKey.parse((recorded / "ledger-key").read_text().strip()).verifier
    for line in lines[:600:37]:
        entry = Entry.decode(line["entry"].encode())
        assert entry.payloads[0].holds_for(canonical.encode(line["record"]), bytes.fromhex(line["salt"]))
        ProofFile.decode(line["proof"].encode()).verify(line["entry"].encode(), key)
    assert [line["proof"] for line in lines[600:]] == [None] * 3
    (tmp_path / "entry").write_text(lines[5]["entry"])
    (tmp_path / "proof").write_text(lines[5]["proof"])
    command = [
        sys.executable,
        VERIFIER,
        "verify-proof",
        "--key",
        str(key),
        "--entry",
        tmp_path / "entry",
        tmp_path / "proof",
    ]
    assert subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--user", "u-2"], range(2, 603, 3)),
        (["--from", "2026-01-05T04:00:10Z", "--to", "2026-01-05T04:00:12Z"], range(10, 12)),
        (["--application", "演示", "--decision", "stop"], range(0)),
    ],
)
def test_options_narrow_the_export(export: Any, options: list[str], numbers: range) -> None:
    lines = export("--no-proofs", *options)
    assert [line["record"]["id"] for line in lines] == [EXCHANGES[number].id for number in numbers]
    assert all(line["proof"] is None for line in lines)


@pytest.mark.parametrize("kept", [0, 1, 4000, 10**7])
def test_an_interrupted_export_goes_on_and_ends_the_same(export: Any, tmp_path: Path, kept: int) -> None:
    export(out="whole.jsonl")
    whole = (tmp_path / "whole.jsonl").read_bytes()
    export(out="cut.jsonl")
    (tmp_path / "cut.jsonl").rename(tmp_path / "cut.jsonl.part")
    os.truncate(tmp_path / "cut.jsonl.part", min(kept, len(whole)))
    asked = dict.fromkeys(("application", "user", "decision", "outcome", "since", "until")) | {"proofs": True}
    (tmp_path / "cut.jsonl.part.json").write_text(json.dumps(asked))
    export(out="cut.jsonl", fails="EXP002")
    export("--resume", "--no-proofs", out="cut.jsonl", fails="EXP004")
    export("--resume", out="cut.jsonl")
    assert (tmp_path / "cut.jsonl").read_bytes() == whole
    assert not list(tmp_path.glob("cut.jsonl.part*"))


def test_what_is_there_is_not_overwritten_unless_told_to(export: Any, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("mine")
    export(fails="EXP001")
    assert (tmp_path / "out.jsonl").read_text() == "mine"
    assert len(export("--force", "--no-proofs")) == 603
    export("--resume", out="other.jsonl", fails="EXP003")


def test_parquet_holds_the_same(export: Any, tmp_path: Path) -> None:
    lines = export()
    export("--format", "parquet", out="out.parquet")
    rows = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["id"] for row in rows] == [line["record"]["id"] for line in lines]
    assert [row["proof"] for row in rows] == [line["proof"] for line in lines]
    assert rows[7]["started_at"] == EXCHANGES[7].started_at
    assert json.loads(rows[7]["findings"]) == lines[7]["record"]["findings"]
    assert rows[7]["status"] == 200


def test_it_speaks_chinese(hegui: Hegui, recorded: Path, tmp_path: Path) -> None:
    environ = {"HEGUI_STATE_DIR": str(recorded), "LANG": "zh_CN.UTF-8"}
    done = hegui("exchange", "export", "--out", str(tmp_path / "x.jsonl"), **environ)
    assert "已将 603 条交互记录写入" in done.stdout
    assert "3 条尚未入账" in done.stdout
