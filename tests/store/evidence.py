"""What the tests of evidence share: a log in a folder, and whether everything recorded has arrived there, once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from hegui.ledger.entry import Entry
from hegui.ledger.log import TileLog
from hegui.store import Store, TileFolder
from hegui.store.evidence_loop import EvidenceLoop
from hegui.store.tables import ledger_entries
from hegui.usecases.exchange_entry import record_of
from hegui.usecases.ports import Exchange
from tests.ledger.logs import LOG
from tests.store.samples import written

VERIFIER = Path(__file__).parents[2] / "verifier" / "hegui_verify.py"


def open_log(folder: Path, tiles: TileFolder | None = None) -> TileLog:
    """The log in a folder, begun where there is none."""
    tiles = tiles or TileFolder(folder, durable=False)
    log = TileLog(tiles, LOG)
    if tiles.read("checkpoint") is None:
        log.create()
    return log


def an_evidence_loop(store: Store, state: Path, **more: Any) -> EvidenceLoop:
    """What moves records from `state/spool` into the store and into `state/ledger`."""
    more = {"publish_seconds": 0.01, **more}
    return store.open_evidence(state / "spool", lambda: open_log(state / "ledger"), state / "ledger.lock", **more)


def rows(store: Store) -> list[Row[Any]]:
    with store.database.reading() as connection:
        return list(connection.execute(select(ledger_entries).order_by(ledger_entries.c.number)))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def logged(folder: Path) -> list[str]:
    """The subjects of all entries of the published log, in their order."""
    tree = open_log(folder).tree()
    return [Entry.decode(tree.entry(index)).subject for index in range(tree.size)]


def assert_verified(folder: Path) -> None:
    command = [sys.executable, "-I", str(VERIFIER), "verify-log", "--key", str(LOG.verifier), str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def assert_complete(store: Store, folder: Path, exchanges: Sequence[Exchange]) -> None:
    """Each exchange has one entry, at the place the database says; the log verifies and nothing waits."""
    ids = [exchange.id for exchange in exchanges]
    found = rows(store)
    assert sorted(row.subject for row in found) == sorted(ids)
    assert sorted(row.leaf_index for row in found) == list(range(len(ids)))
    by_place = sorted(found, key=lambda row: int(row.leaf_index))
    assert logged(folder) == [row.subject for row in by_place]
    assert {row.entry for row in found} <= {None}
    tree = open_log(folder).tree()
    by_id = {exchange.id: exchange for exchange in written(store)}
    for row in by_place[:5]:
        (commitment,) = Entry.decode(tree.entry(row.leaf_index)).payloads
        assert commitment.holds_for(record_of(by_id[row.subject]), bytes(row.salt))
    assert_verified(folder)
