"""Records set aside: seen, tried again, given up with a reason; each step done twice or broken off in between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from hegui.errors import InputError, InternalError, NotFoundError
from hegui.ledger.entry import Entry
from hegui.store import Store
from hegui.store.drain import Drain
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.set_aside import SpoolsAside
from hegui.store.spool import Spool, SpoolReader, spools_in
from hegui.store.spool_records import encode_exchange
from hegui.store.tables import ledger_waiting
from hegui.usecases.content_transit import seal_for_transit
from hegui.usecases.set_aside import MAX_REASON, discard_record, discarded_bytes, retry_records
from tests.store.conftest import Clock
from tests.store.samples import NOON, an_exchange, written
from tests.vault.samples import MASTERS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def spool(folder: Path) -> Iterator[Spool]:
    spool = Spool(folder)
    yield spool
    with suppress(OSError):
        spool.close()


@pytest.fixture
def aside(store: Store, folder: Path) -> SpoolsAside:
    return store.open_set_aside(folder)


def drain(store: Store, folder: Path) -> None:
    with closing(Drain(folder, EvidenceWriter(store.database, os.urandom))) as drain:
        while drain.step():
            pass


def set_aside(spool: Spool, body: bytes, problem: str = "DataError") -> str:
    """As the drain does; the record's id."""
    spool.append([body])
    with SpoolReader(spool.file) as reader:
        (waiting,) = reader.read(spool.last - 1, 1)
        reader.set_aside(waiting, problem)
        reader.forget(spool.last)
    return f"{spool.name}/{spool.last}"


def subjects(store: Store) -> list[str]:
    with store.database.reading() as connection:
        return list(connection.scalars(select(ledger_waiting.c.subject).order_by(ledger_waiting.c.number)))


def test_what_is_set_aside_is_described_without_its_content(spool: Spool, folder: Path, aside: SpoolsAside) -> None:
    transit = seal_for_transit(MASTERS, an_exchange(2).id, {"prompt": b"secret"}, os.urandom)
    bodies = [b"\xff?", encode_exchange(an_exchange(1)), encode_exchange(an_exchange(2), transit)]
    ids = [set_aside(spool, body) for body in bodies]
    found, broken = aside.list()
    assert broken == []
    assert [one.id for one in found] == ids
    assert [one.exchange_id for one in found] == [None, an_exchange(1).id, an_exchange(2).id]
    assert [one.has_content for one in found] == [False, False, True]
    assert [one.sha256 for one in found] == [sha256(body).hexdigest() for body in bodies]
    assert [aside.find(record_id) for record_id in ids] == found
    (folder / "0000.spool").write_bytes(b"no database at all" * 100)
    assert aside.list() == (found, ["0000"])


@pytest.mark.parametrize(
    "record_id", ["", "x", "x/1", "{spool}", "{spool}/", "{spool}/2", "{spool}/-1", "{spool}/１", "{spool}/" + "9" * 30]
)
def test_what_is_not_set_aside_is_told(spool: Spool, aside: SpoolsAside, record_id: str) -> None:
    set_aside(spool, b"?")
    with pytest.raises(NotFoundError, match="REC008"):
        aside.find(record_id.format(spool=spool.name))


def test_a_record_is_handed_in_again_and_its_spool_goes_when_its_worker_has_ended(
    store: Store, spool: Spool, folder: Path, aside: SpoolsAside
) -> None:
    ids = [set_aside(spool, encode_exchange(an_exchange(number))) for number in range(2)]
    bad = set_aside(spool, b"?")
    assert retry_records(aside, ids[:1]) == [(ids[0], None)]
    assert written(store) == [an_exchange(0)]
    assert retry_records(aside, []) == [(ids[1], None), (bad, "JSONDecodeError in a record")]
    assert written(store) == [an_exchange(0), an_exchange(1)]
    assert subjects(store) == [an_exchange(0).id, an_exchange(1).id]
    discard_record(aside, bad, "not ours", at=NOON, random=os.urandom)
    spool.close()
    drain(store, folder)
    assert spools_in(folder) == []


def test_a_record_that_is_there_already_is_cleared_and_another_under_its_id_is_not(
    store: Store, spool: Spool, aside: SpoolsAside
) -> None:
    """A retry that died after writing; and two records of one id, which only a person can tell apart."""
    same = set_aside(spool, encode_exchange(an_exchange(0)))
    other = set_aside(spool, encode_exchange(an_exchange(0, model="another")))
    EvidenceWriter(store.database, os.urandom).write("elsewhere", 1, [an_exchange(0)])
    assert aside.retry(same) is None
    problem = aside.retry(other)
    assert problem is not None
    assert "another" not in problem
    assert written(store) == [an_exchange(0)]
    assert [one.id for one in aside.list()[0]] == [other]


def test_while_the_database_is_away_nothing_changes(store: Store, spool: Spool, aside: SpoolsAside) -> None:
    record_id = set_aside(spool, encode_exchange(an_exchange(0)))
    with store.database.writing() as connection:
        connection.execute(text("ALTER TABLE findings RENAME TO elsewhere"))
    with pytest.raises(InternalError, match="STO004"):
        aside.retry(record_id)
    with store.database.writing() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO findings"))
    assert aside.retry(record_id) is None
    assert written(store) == [an_exchange(0)]


def test_content_waits_for_who_can_open_it(spool: Spool, aside: SpoolsAside) -> None:
    transit = seal_for_transit(MASTERS, an_exchange(0).id, {"prompt": b"secret"}, os.urandom)
    record_id = set_aside(spool, encode_exchange(an_exchange(0), transit))
    with pytest.raises(InternalError, match="REC005"):
        aside.retry(record_id)
    assert aside.find(record_id).has_content


def test_giving_up_is_bound_in_the_ledger_with_its_reason(
    store: Store, spool: Spool, aside: SpoolsAside, clock: Clock
) -> None:
    record_id = set_aside(spool, encode_exchange(an_exchange(0)), "DataError: what the driver said")
    at = clock.now + timedelta(microseconds=1234)
    done = discard_record(aside, record_id, "  测试流量，重复提交 ", at=at, random=os.urandom)
    assert (done.reason, done.problem) == ("测试流量，重复提交", "DataError: what the driver said")
    assert aside.list() == ([], [])
    assert written(store) == []
    (kept,) = aside.discarded()
    assert kept == done
    with store.database.reading() as connection:
        (row,) = connection.execute(select(ledger_waiting)).all()
    entry = Entry.decode(bytes(row.entry))
    assert (entry.type, entry.subject, entry.actor) == ("record.discarded", record_id, "operator")
    assert entry.payloads[0].holds_for(discarded_bytes(kept), bytes(row.salt))
    with pytest.raises(NotFoundError, match="REC008"):
        discard_record(aside, record_id, "again", at=at, random=os.urandom)
    assert subjects(store) == [record_id]


def test_who_dies_between_the_reason_and_the_record_ends_it_the_next_time(
    store: Store, spool: Spool, aside: SpoolsAside, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = set_aside(spool, b"?")

    def die(_reader: Any, _number: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(SpoolReader, "clear", die)
        with pytest.raises(KeyboardInterrupt):
            discard_record(aside, record_id, "first", at=NOON, random=os.urandom)
    discard_record(aside, record_id, "second", at=NOON, random=os.urandom)
    assert [one.reason for one in aside.discarded()] == ["first"]  # what the ledger binds
    assert subjects(store) == [record_id]
    assert aside.list() == ([], [])


@pytest.mark.parametrize("reason", ["", "  ", "a\0b", "two\nlines", "\x1b[31m", "x" * (MAX_REASON + 1)])
def test_a_reason_that_is_none_is_refused(spool: Spool, aside: SpoolsAside, reason: str) -> None:
    record_id = set_aside(spool, b"?")
    with pytest.raises(InputError, match="REC009"):
        discard_record(aside, record_id, reason, at=NOON, random=os.urandom)
    assert aside.find(record_id)
