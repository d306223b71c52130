"""What waits in all spools of a machine: those of this worker, of others, and of workers that have ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hegui.store import Store
from hegui.store.drain import Drain
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.spool import Spool, spools_in
from hegui.store.spool_recorder import SpoolRecorder
from hegui.store.spool_records import encode_exchange
from hegui.store.spool_watch import SpoolWatch
from tests.store.samples import an_exchange


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[SpoolWatch]:
    with closing(SpoolWatch(tmp_path / "spool")) as watch:
        yield watch


def spooled(folder: Path, *numbers: int) -> Spool:
    spool = Spool(folder)
    spool.append([encode_exchange(an_exchange(number)) for number in numbers])
    return spool


def test_all_spools_count_and_one_that_goes_counts_no_more(store: Store, tmp_path: Path, watch: SpoolWatch) -> None:
    folder = tmp_path / "spool"
    assert watch.depth() == 0
    mine, ended = spooled(folder, 0, 1, 2), spooled(folder, 3, 4)
    ended.close()
    assert watch.depth() == 5
    with closing(Drain(folder, EvidenceWriter(store.database, os.urandom))) as drain:
        while drain.step():
            pass
    assert spools_in(folder) == [mine.file]
    assert watch.depth() == 0
    mine.append([encode_exchange(an_exchange(5))])
    assert watch.depth() == 1
    mine.close()


def test_a_spool_that_cannot_be_read_counts_as_nothing_until_it_can(tmp_path: Path, watch: SpoolWatch) -> None:
    folder = tmp_path / "spool"
    spooled(folder, 0, 1).close()
    (folder / "0000.spool").write_bytes(b"this is no database at all" * 100)
    (folder / "ffff.spool").mkdir()
    assert watch.depth() == 2
    (folder / "0000.spool").unlink()
    (folder / "ffff.spool").rmdir()
    spooled(folder, 2).close()
    assert watch.depth() == 3


def test_a_recorder_knows_its_own_spool_and_the_machines(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    spooled(folder, *range(7)).close()  # of a worker that has ended, while the database is away
    with closing(SpoolRecorder(folder, capacity=10)) as recorder:
        assert (recorder.spooled(), recorder.backlog()) == (0, 7)
