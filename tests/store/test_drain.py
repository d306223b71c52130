"""Emptying spools: each record arrives once, whatever happens between the database and the spool."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from hegui.ledger.entry import Entry
from hegui.store import Store
from hegui.store.drain import Drain
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.recorder import DatabaseAway
from hegui.store.spool import Spool, SpoolReader, spools_in
from hegui.store.spool_records import encode_exchange
from hegui.store.tables import ledger_waiting, spool_positions
from hegui.usecases.exchange_entry import record_of
from hegui.usecases.ports import Exchange
from tests.store.samples import an_exchange, written
from tests.support.patience import PATIENCE_SECONDS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def writer(store: Store) -> EvidenceWriter:
    return EvidenceWriter(store.database, os.urandom)


@pytest.fixture
def drain(folder: Path, writer: EvidenceWriter) -> Iterator[Drain]:
    with closing(Drain(folder, writer)) as drain:
        yield drain


@pytest.fixture
def spool(folder: Path) -> Iterator[Spool]:
    spool = Spool(folder)
    yield spool
    with suppress(OSError):  # a test may have closed it
        spool.close()


def exchanges(*numbers: int) -> list[Exchange]:
    return [an_exchange(number) for number in numbers]


def append(spool: Spool, *numbers: int) -> None:
    spool.append([encode_exchange(exchange) for exchange in exchanges(*numbers)])


def empty(drain: Drain) -> None:
    while drain.step():
        pass


def subjects(store: Store) -> list[str]:
    with store.database.reading() as connection:
        return list(connection.scalars(select(ledger_waiting.c.subject).order_by(ledger_waiting.c.number)))


def assert_arrived(store: Store, *numbers: int) -> None:
    """Each once, with one entry, in this order."""
    assert written(store) == exchanges(*numbers)
    assert subjects(store) == [exchange.id for exchange in exchanges(*numbers)]


def refused(folder: Path) -> list[tuple[int, bytes]]:
    with closing(sqlite3.connect(spools_in(folder)[0])) as connection:
        return list(connection.execute("SELECT number, body FROM refused ORDER BY number"))


class Failing(EvidenceWriter):
    """Fails a few times: before its commit, or after it, as when only the answer is lost."""

    script: Sequence[str] = ()

    def write(self, spool: str, last: int, batch: Sequence[Exchange], content: Any = None) -> None:
        step, *self.script = self.script or [""]
        if step != "before":
            super().write(spool, last, batch, content)
        if step:
            raise DatabaseAway(step)


def test_what_waits_arrives_once_and_the_spool_forgets_it(store: Store, spool: Spool, drain: Drain) -> None:
    append(spool, *range(600))
    assert drain.depth() == 600
    assert [drain.step() for _ in range(4)] == [256, 256, 88, 0]
    assert_arrived(store, *range(600))
    append(spool, 600)
    assert drain.step(most=1) == 1
    assert drain.depth() == 0
    assert_arrived(store, *range(601))
    with SpoolReader(spool.file) as reader:
        assert reader.read(0, 10) == []


def test_every_spool_of_the_folder_is_emptied_a_batch_at_a_time(folder: Path, store: Store, drain: Drain) -> None:
    spools = [Spool(folder) for _ in range(3)]
    for number, spool in enumerate(spools):
        append(spool, *range(number * 100, number * 100 + 100))
    assert drain.step(most=50) == 150
    assert drain.depth() == 150
    empty(drain)
    assert set(subjects(store)) == {exchange.id for exchange in exchanges(*range(300))}
    assert written(store) == exchanges(*range(300))
    for spool in spools:
        spool.close()


def test_a_folder_that_is_not_there_yet_holds_nothing(folder: Path, drain: Drain) -> None:
    assert (drain.step(), drain.depth(), drain.last_error) == (0, 0, None)
    assert not folder.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{}",
        b"null",
        b"1",
        b'["secret", [], []]',
        b"[2, [], []]",
        b"[1, [], []]",
        encode_exchange(an_exchange(9)).replace(b"1767585609000007", b"99999999999999999999"),
        encode_exchange(an_exchange(9)).replace(b"1767585609000007", b'"secret"'),
        encode_exchange(an_exchange(9, model={"secret": 1})),
        encode_exchange(an_exchange(9, prompt_characters=2**53)),
        encode_exchange(an_exchange(0)),
    ],
)
def test_what_cannot_be_read_or_taken_is_set_aside_once_and_the_others_arrive(
    store: Store, spool: Spool, drain: Drain, folder: Path, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    append(spool, *range(40))
    spool.append([body])
    append(spool, *range(40, 60))
    empty(drain)
    assert_arrived(store, *range(60))
    assert refused(folder) == [(41, body)]
    assert drain.depth() == 0
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert f"REC003 record 41 of spool {spool.name} is set aside: " in caplog.text
    assert "secret" not in caplog.text
    spool.close()
    empty(drain)
    assert refused(folder) == [(41, body)]  # it stays until a person has looked


def test_many_bad_ones_among_good_ones_are_found_and_reported_once_each(
    store: Store, spool: Spool, drain: Drain, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    unreadable, unacceptable = b"?", encode_exchange(an_exchange(0, model={}))
    good = [encode_exchange(exchange) for exchange in exchanges(*range(50))]
    spool.append([one for body in good for one in (body, unreadable, unacceptable)])
    empty(drain)
    assert_arrived(store, *range(50))
    assert len(refused(folder)) == 100
    assert len(caplog.records) == 100


@pytest.mark.parametrize("script", [["before"] * 3, ["after"], ["after", "before", "after"], ["", "after", "before"]])
def test_a_failed_write_is_repeated_unless_only_its_answer_was_lost(
    store: Store, spool: Spool, folder: Path, script: list[str]
) -> None:
    append(spool, *range(700))
    failing = Failing(store.database, os.urandom)
    failing.script = list(script)
    failures = 0
    with closing(Drain(folder, failing)) as drain:
        while True:
            try:
                if not drain.step():
                    break
            except DatabaseAway:
                failures += 1
                append(spool, 700 + failures)
        assert drain.depth() == 0
    assert failures == len([step for step in script if step])
    assert_arrived(store, *range(700), *range(701, 701 + failures))
    assert refused(folder) == []


@pytest.mark.parametrize("script", [["before"], ["after"]])
def test_a_refused_record_is_set_aside_though_the_database_goes_away_meanwhile(
    store: Store, spool: Spool, folder: Path, script: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    append(spool, *range(4))
    spool.append([encode_exchange(an_exchange(9, model={}))])
    append(spool, *range(4, 8))
    failing = Failing(store.database, os.urandom)
    with closing(Drain(folder, failing)) as drain:
        for calls in range(8):  # the call that fails is another one each time
            failing.script = [""] * calls + script
            with suppress(DatabaseAway):
                drain.step()
        failing.script = []
        empty(drain)
    assert_arrived(store, *range(8))
    assert [number for number, _ in refused(folder)] == [5]
    assert caplog.text.count("REC003 record 5 ") == 1


def test_while_the_database_is_away_everything_stays(store: Store, spool: Spool, drain: Drain, folder: Path) -> None:
    append(spool, *range(300))
    with store.database.writing() as connection:
        connection.execute(text("ALTER TABLE findings RENAME TO elsewhere"))
    for _ in range(3):
        with pytest.raises(DatabaseAway):
            drain.step()
    assert drain.depth() == 300
    append(spool, 300)
    with store.database.writing() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO findings"))
    empty(drain)
    assert_arrived(store, *range(301))
    assert refused(folder) == []


def test_who_takes_over_goes_on_where_the_database_says(store: Store, spool: Spool, folder: Path) -> None:
    """A drain that died between the commit and forgetting leaves records in the spool that have arrived."""
    append(spool, *range(10))
    writer = EvidenceWriter(store.database, os.urandom)
    writer.write(spool.name, 6, exchanges(*range(6)))
    with closing(Drain(folder, writer)) as drain:
        assert drain.depth() == 10  # forgotten at the next step
        assert drain.step() == 4
        assert drain.depth() == 0
    assert_arrived(store, *range(10))


def test_an_ended_workers_spool_is_emptied_and_removed_and_a_living_ones_never(
    store: Store, spool: Spool, drain: Drain, folder: Path
) -> None:
    ended = Spool(folder)
    append(ended, 0, 1)
    ended.close()
    empty(drain)
    append(spool, 2)
    empty(drain)
    assert_arrived(store, 0, 1, 2)
    assert [file.name.partition(".")[0] for file in sorted(folder.iterdir())] == [spool.name] * 4
    with store.database.reading() as connection:
        assert list(connection.scalars(select(spool_positions.c.spool))) == [spool.name]
    append(spool, 3)
    empty(drain)
    assert an_exchange(3) in written(store)


def test_a_spool_that_cannot_be_read_does_not_hold_up_the_others(
    store: Store, spool: Spool, drain: Drain, folder: Path
) -> None:
    (folder / "0000.spool").write_bytes(b"this is no database at all" * 100)
    (folder / "ffff.spool").mkdir()
    append(spool, 0, 1)
    assert drain.step() == 2
    assert_arrived(store, 0, 1)
    assert drain.last_error
    assert "ffff" in drain.last_error
    (folder / "0000.spool").unlink()
    (folder / "ffff.spool").rmdir()
    assert drain.step() == 0
    assert drain.last_error is None


def test_the_record_in_the_database_is_the_one_the_entry_binds(store: Store, spool: Spool, drain: Drain) -> None:
    append(spool, 0)
    empty(drain)
    (found,) = written(store)
    with store.database.reading() as connection:
        row = connection.execute(select(ledger_waiting)).one()
    entry = Entry.decode(bytes(row.entry))
    assert entry.payloads[0].holds_for(record_of(found), bytes(row.salt))
    assert row.leaf_index is None


MOVE_FOR_EVER = """
import os, sys, pathlib
from hegui.store import open_store
from hegui.store.drain import Drain
from hegui.store.evidence_writer import EvidenceWriter
store = open_store(sys.argv[1])
drain = Drain(pathlib.Path(sys.argv[2]), EvidenceWriter(store.database, os.urandom))
while True:
    if drain.step(most=7):
        print(flush=True)
"""


def test_kill_9_while_moving_at_a_random_moment_moves_each_record_once(
    url: str, store: Store, spool: Spool, drain: Drain, folder: Path
) -> None:
    append(spool, *range(3000))
    for steps in (1, 20, 53):
        command = [sys.executable, "-c", MOVE_FOR_EVER, url, str(folder)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert child.stdout
        for _ in range(steps):
            child.stdout.readline()
        child.kill()
        child.wait(PATIENCE_SECONDS)
        child.stdout.close()
    arrived = len(written(store))
    assert 7 * 74 <= arrived < 3000
    empty(drain)
    assert_arrived(store, *range(3000))


def test_silence_of_a_step_that_moves_nothing(store: Store, drain: Drain, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="hegui"):
        assert drain.step() == 0
    assert caplog.records == []
