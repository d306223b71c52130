"""Places in the ledger: given once, in order, without gaps; and the same files, wherever a sequencer dies on its way."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, delete, select, text, update

from hegui.errors import InternalError
from hegui.ledger.entry import Entry
from hegui.ledger.log import LogError, TileLog
from hegui.ledger.note import Note
from hegui.store import Store, TileFolder
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.leases import Lease
from hegui.store.sequencer import OWN, Sequencer
from hegui.store.tables import leases, ledger_entries, ledger_waiting
from hegui.usecases.ports import Exchange
from tests.ledger.logs import Death
from tests.store.conftest import Clock
from tests.store.evidence import FolderLedger, assert_complete, assert_verified, files, logged, open_log, rows
from tests.store.samples import an_exchange

LEASE_SECONDS = 30.0


class Machine:
    """A machine that can lose its power: after so many further writes, of a file or of a transaction, it is dead.

    Attributes:
        writes_left: None has power for ever.
        happened: what was written.
    """

    def __init__(self) -> None:
        self.writes_left: int | None = None
        self.happened: list[str] = []

    def write(self, what: str) -> None:
        if self.writes_left is not None:
            if not self.writes_left:
                raise Death
            self.writes_left -= 1
        self.happened.append(what)


class MortalTiles(TileFolder):
    def __init__(self, folder: Path, machine: Machine) -> None:
        super().__init__(folder, durable=False)
        self.machine = machine

    def write(self, path: str, data: bytes) -> None:
        self.machine.write(path)
        super().write(path, data)

    def write_checkpoint(self, data: bytes, *, over: bytes | None) -> None:
        self.machine.write("checkpoint")
        super().write_checkpoint(data, over=over)


class MortalDatabase:
    """The database, whose commits the machine may not live to see."""

    def __init__(self, store: Store, machine: Machine) -> None:
        self.database, self.machine = store.database, machine
        self.reading = store.database.reading

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.database.writing() as connection:
            yield connection
            self.machine.write("commit")


def a_sequencer(store: Store, folder: Path, clock: Clock, machine: Machine | None = None) -> Sequencer:
    database: Any = MortalDatabase(store, machine) if machine else store.database
    lease = Lease(database, "sequencer", seconds=LEASE_SECONDS, clock=clock)
    return Sequencer(database, FolderLedger(folder, MortalTiles(folder, machine) if machine else None), lease)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


@pytest.fixture
def sequencer(store: Store, folder: Path, clock: Clock) -> Sequencer:
    return a_sequencer(store, folder, clock)


def record(store: Store, *numbers: int) -> None:
    """Exchanges with salts that follow from their numbers, so that the same give the same log."""
    salts = iter(numbers)
    writer = EvidenceWriter(store.database, lambda size: next(salts).to_bytes(size, "big"))
    writer.write("spool", numbers[-1], [an_exchange(number) for number in numbers])


def record_many(store: Store, numbers: range) -> None:
    EvidenceWriter(store.database, os.urandom).write("spool", numbers[-1], [an_exchange(number) for number in numbers])


def exchanges(numbers: range) -> list[Exchange]:
    return [an_exchange(number) for number in numbers]


def test_places_are_given_in_the_order_of_arrival_and_without_gaps(
    store: Store, sequencer: Sequencer, folder: Path
) -> None:
    assert sequencer.step() == 0
    assert not folder.exists()  # nothing to say yet
    record_many(store, range(300))
    assert [sequencer.step(most=70) for _ in range(6)] == [70, 70, 70, 70, 20, 0]
    record_many(store, range(300, 600))
    assert [sequencer.step() for _ in range(2)] == [300, 0]
    assert logged(folder) == [exchange.id for exchange in exchanges(range(600))]
    assert_complete(store, folder, exchanges(range(600)))


def test_who_comes_after_goes_on(store: Store, folder: Path, clock: Clock) -> None:
    for number in range(4):
        record_many(store, range(number * 50, number * 50 + 50))
        sequencer = a_sequencer(store, folder, clock)
        assert sequencer.step() == 50
        sequencer.close()
    assert_complete(store, folder, exchanges(range(200)))


def test_nothing_is_asked_of_the_log_while_nothing_waits(
    store: Store, sequencer: Sequencer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(store, 0)
    assert sequencer.step() == 1
    monkeypatch.setattr(TileLog, "published", lambda _: pytest.fail("it was asked"))
    assert sequencer.step() == 0


def test_an_entrys_bytes_are_emptied_only_after_it_is_published(
    store: Store, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine()
    sequencer = a_sequencer(store, folder, clock, machine)
    record_many(store, range(3))
    seen: list[tuple[str, bool]] = []
    write = machine.write

    def look(what: str) -> None:
        write(what)
        seen.append((what, all(row.entry for row in rows(store))))

    monkeypatch.setattr(machine, "write", look)
    assert sequencer.step() == 3
    until_published = [kept for what, kept in seen[: [what for what, _ in seen].index("checkpoint") + 1]]
    assert until_published
    assert all(until_published)
    assert not any(row.entry for row in rows(store))
    assert all(row.salt for row in rows(store))


def test_whatever_write_is_the_last_the_next_sequencer_ends_with_the_same_files(
    store: Store, folder: Path, clock: Clock, tmp_path: Path
) -> None:
    """The power goes before each single write in turn, of a file or a transaction, in one log after another."""
    parts = range(250), range(250, 262), range(262, 270)  # over the end of a bundle
    wanted, whole = tmp_path / "wanted", Machine()
    for part in parts:
        record(store, *part)
        publish_all(store, wanted, clock, whole)
    assert len(whole.happened) > 20
    for lives in range(len(whole.happened)):
        forget_all(store)
        first, second = Machine(), Machine()
        first.writes_left, second.writes_left = lives, lives * 7 % 6
        place = tmp_path / f"log-{lives}"
        for part in parts:
            record(store, *part)
            for machine in (first, second, Machine()):
                with suppress(Death):
                    publish_all(store, place, clock, machine)
        assert first.writes_left == 0
        assert published(files(place)) == published(files(wanted)), f"it died before write {lives}"
        assert [row.leaf_index for row in rows(store)] == list(range(270))
        assert not any(row.entry for row in rows(store)), f"it died before write {lives}"
    assert_verified(place)


def publish_all(store: Store, folder: Path, clock: Clock, machine: Machine) -> None:
    """Start a sequencer when the lease of the last one, who may have died, has run out."""
    clock.now += timedelta(seconds=LEASE_SECONDS)
    sequencer = a_sequencer(store, folder, clock, machine)
    while sequencer.step():
        pass


def published(found: dict[str, bytes]) -> dict[str, bytes]:
    """Without partial files that were outgrown; they may stay behind or not."""
    return {path: data for path, data in found.items() if ".p" not in path or path.endswith(".p/14")}


def forget_all(store: Store) -> None:
    with store.database.writing() as connection:
        for name in ("findings", "exchanges", "ledger_entries", "ledger_waiting", "leases", "spool_positions"):
            connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608


def test_only_who_has_the_lease_works_and_it_runs_out(store: Store, folder: Path, clock: Clock) -> None:
    first, second = a_sequencer(store, folder, clock), a_sequencer(store, folder, clock)
    record(store, 0)
    assert first.step() == 1
    record(store, 1)
    assert second.step() == 0
    clock.now += timedelta(seconds=LEASE_SECONDS - 1)
    assert second.step() == 0
    clock.now += timedelta(seconds=1)
    assert second.step() == 1
    record(store, 2)
    assert first.step() == 0
    second.close()
    assert first.step() == 1
    assert_complete(store, folder, exchanges(range(3)))


def test_a_lease_that_is_in_use_lasts(store: Store, clock: Clock) -> None:
    mine, other = (Lease(store.database, "x", seconds=10, clock=clock) for _ in range(2))
    assert mine.take()
    for _ in range(5):
        clock.now += timedelta(seconds=9)
        assert mine.take()
        assert not other.take()
    other.give_back()  # of what is not his nothing is given
    assert not other.take()
    mine.give_back()
    assert other.take()
    assert not mine.take()


def test_one_of_many_gets_the_lease(store: Store, clock: Clock) -> None:
    many = [Lease(store.database, "x", seconds=10, clock=clock) for _ in range(8)]
    barrier, taken = threading.Barrier(8), []

    def take(lease: Lease) -> None:
        barrier.wait()
        with suppress(InternalError):  # SQLite waits for its turn 0.2 s in these tests
            taken.append(lease.take())

    run_together([lambda lease=lease: take(lease) for lease in many])
    assert taken.count(True) == 1


def run_together(works: Sequence[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class NoLease:
    """Whose clock is wrong may believe he has it."""

    def take(self) -> bool:
        return True

    def give_back(self) -> None: ...


def test_two_sequencers_at_once_whatever_the_lease_says_grow_one_log(store: Store, folder: Path) -> None:
    lease: Any = NoLease()
    open_log(folder)
    failures: list[BaseException] = []
    recorded = threading.Event()

    def work() -> None:
        sequencer = Sequencer(store.database, FolderLedger(folder), lease)
        idle = 0
        while idle < 3:
            was_recorded = recorded.is_set()
            try:
                done = sequencer.step(most=20)
            except Exception as error:  # what the loop would report and try again
                failures.append(error)
                done = 1
            idle = 0 if done or not was_recorded else idle + 1

    def write() -> None:
        for number in range(60):
            while True:
                with suppress(Exception):
                    record_many(store, range(number * 10, number * 10 + 10))
                    break
        recorded.set()

    run_together([work, work, write])
    assert {getattr(failure, "code", type(failure)) for failure in failures} <= {"STO004"}  # SQLite waits 0.2 s
    a_sequencer(store, folder, Clock()).step()
    assert_complete(store, folder, exchanges(range(600)))


def test_entries_published_by_another_meanwhile_are_not_appended_again(
    store: Store, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read the same entries; one publishes them before the other begins to write, on a disk without locks."""
    lease: Any = NoLease()
    slow, quick = (Sequencer(store.database, FolderLedger(folder, is_locked=False), lease) for _ in range(2))
    record_many(store, range(5))
    grow = TileLog.grow
    calls: list[int] = []

    def grow_late(log: TileLog, entries: Sequence[bytes], **more: Any) -> Any:
        calls.append(len(entries))
        if len(calls) == 1:
            record_many(store, range(5, 8))
            assert quick.step() == 8
        return grow(log, entries, **more)

    monkeypatch.setattr(TileLog, "grow", grow_late)
    with pytest.raises(LogError, match="LED093"):
        slow.step()
    assert calls == [5, 8]
    assert slow.step() == 0
    assert_complete(store, folder, exchanges(range(8)))


@pytest.mark.parametrize("published", [1, 5, 8])
def test_who_is_overtaken_between_log_and_database_sees_no_contradiction(
    store: Store, folder: Path, published: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size is read, and another machine publishes before the database is: entries are gone that the size asks for."""
    lease: Any = NoLease()
    slow, quick = (Sequencer(store.database, FolderLedger(folder, is_locked=False), lease) for _ in range(2))
    record_many(store, range(8))
    placed = Sequencer._placed

    def placed_late(self: Sequencer, log: Any, size: int, most: int) -> Any:
        monkeypatch.setattr(Sequencer, "_placed", placed)
        assert quick.step(most=published) == published
        return placed(self, log, size, most)

    monkeypatch.setattr(Sequencer, "_placed", placed_late)
    assert slow.step() == 0
    while slow.step():
        pass
    assert_complete(store, folder, exchanges(range(8)))


def test_who_lost_the_lease_while_he_writes_is_not_disturbed(
    store: Store, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequencer, other = a_sequencer(store, folder, clock), a_sequencer(store, folder, clock)
    record_many(store, range(5))
    publish = TileLog.publish

    def publish_slowly(log: TileLog, note: Note) -> Any:
        clock.now += timedelta(seconds=LEASE_SECONDS)
        assert other.step() == 0
        return publish(log, note)

    monkeypatch.setattr(TileLog, "publish", publish_slowly)
    assert sequencer.step() == 5
    record_many(store, range(5, 8))
    assert sequencer.step() == 0  # the lease is the other's by now
    monkeypatch.setattr(TileLog, "publish", publish)
    assert other.step() == 3
    assert_complete(store, folder, exchanges(range(8)))


@pytest.fixture
def advanced(store: Store, sequencer: Sequencer, folder: Path) -> tuple[list[Row[Any]], dict[str, bytes]]:
    """The database and the log at 20 entries, as a copy; now there are 30, all published."""
    record_many(store, range(20))
    assert sequencer.step() == 20
    copy = rows(store), files(folder)
    record_many(store, range(20, 30))
    assert sequencer.step() == 10
    sequencer.close()
    return copy


def test_an_older_database_is_refused_and_nothing_is_written(
    store: Store, folder: Path, clock: Clock, advanced: tuple[list[Row[Any]], dict[str, bytes]]
) -> None:
    with store.database.writing() as connection:
        connection.execute(delete(ledger_entries).where(ledger_entries.c.leaf_index >= 20))
    record_many(store, range(30, 40))
    assert_refused(store, folder, clock, "the log holds another entry at place 20 than the database")


def test_an_older_folder_of_the_ledger_is_refused_and_nothing_is_written(
    store: Store, folder: Path, clock: Clock, advanced: tuple[list[Row[Any]], dict[str, bytes]]
) -> None:
    _, older = advanced
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        path.unlink()
    for name, data in older.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    record_many(store, range(30, 40))
    assert_refused(store, folder, clock, "the log holds 20 entries, the database 30")


def test_a_folder_begun_anew_is_refused(
    store: Store, tmp_path: Path, clock: Clock, advanced: tuple[list[Row[Any]], dict[str, bytes]]
) -> None:
    other = tmp_path / "another"
    open_log(other)
    record_many(store, range(30, 40))
    assert_refused(store, other, clock, "the log holds 0 entries, the database 30")


def test_a_ledger_of_other_entries_is_refused_before_anything_is_emptied(
    store: Store, folder: Path, tmp_path: Path, clock: Clock
) -> None:
    """Entries that have a place and are not published, beside a folder that holds as many others."""
    record_many(store, range(10))
    machine = Machine()
    machine.writes_left = 4  # two of the lease, the checkpoint of no entries, and the places
    with suppress(Death):
        a_sequencer(store, folder, clock, machine).step()
    clock.now += timedelta(seconds=LEASE_SECONDS)
    assert [row.leaf_index for row in rows(store)] == list(range(10))
    other = tmp_path / "another"
    open_log(other).append([Entry("a.b", str(number), "x", clock.now).encode() for number in range(7)])
    assert_refused(store, other, clock, "the log holds another entry at place 0 than the database")
    assert a_sequencer(store, folder, clock).step() == 10
    assert_complete(store, folder, exchanges(range(10)))


def assert_refused(store: Store, folder: Path, clock: Clock, problem: str) -> None:
    before = rows(store), files(folder)
    sequencer = a_sequencer(store, folder, clock)
    for _ in range(2):
        with pytest.raises(InternalError, match="LED100") as caught:
            sequencer.step()
        assert problem in caught.value.problem
    assert (rows(store), files(folder)) == before
    with store.database.reading() as connection:
        assert list(connection.scalars(select(leases.c.holder))) == []  # who has the right copy may work


def test_a_place_once_given_is_never_given_anew(store: Store, sequencer: Sequencer, clock: Clock, folder: Path) -> None:
    record(store, 0)
    with store.database.writing() as connection:
        connection.execute(update(ledger_waiting).values(leaf_index=0))
    record(store, 1)
    assert sequencer.step() == 2
    assert_complete(store, folder, exchanges(range(2)))


def test_what_waits_is_what_no_checkpoint_covers(store: Store, sequencer: Sequencer) -> None:
    record_many(store, range(10))
    assert store.entries_waiting() == 10
    assert sequencer.step(most=4) == 4
    assert store.entries_waiting() == 6


@pytest.mark.parametrize("kind", sorted(OWN))
def test_the_ledgers_own_entries_take_their_places_among_the_others(
    store: Store, folder: Path, clock: Clock, kind: str
) -> None:
    """A key hands over while three entries have places that nobody has published: the first of them gets another."""
    record_many(store, range(3))
    machine = Machine()
    machine.writes_left = 4
    with suppress(Death):
        a_sequencer(store, folder, clock, machine).step()
    assert [row.leaf_index for row in rows(store)] == [0, 1, 2]
    clock.now += timedelta(seconds=LEASE_SECONDS)
    open_log(folder).append([Entry(kind, "vkey", "system", clock.now).encode()])
    assert a_sequencer(store, folder, clock).step() == 3
    assert logged(folder) == ["vkey", *[an_exchange(number).id for number in (1, 2, 0)]]
    assert [(row.leaf_index, row.subject) for row in rows(store)] == list(enumerate(logged(folder)))
    assert store.entries_waiting() == 0
