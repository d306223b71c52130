"""A spool keeps each body once, under numbers without gaps, whatever ends or fails meanwhile; and its owner's alone."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hegui.store.spool import MOST_BYTES, Spool, SpoolReader, Waiting, spools_in
from tests.support.patience import PATIENCE_SECONDS

bodies = st.lists(st.binary(max_size=40), min_size=1, max_size=300)


class Faulty:
    """A connection that fails at its next commit: before the disk has it, or after."""

    def __init__(self, connection: sqlite3.Connection, how: str) -> None:
        self._connection, self._how = connection, how

    def execute(self, statement: str, *rest: object) -> sqlite3.Cursor:
        if statement == "COMMIT":
            if self._how == "after":
                self._connection.execute(statement)
            raise sqlite3.OperationalError("disk I/O error")
        return self._connection.execute(statement, *rest)  # type: ignore[arg-type]

    def close(self) -> None:
        self._connection.close()


class SpoolMachine(RuleBasedStateMachine):
    """A worker that appends, a drain that reads and forgets; workers end and begin, drains begin anew, commits fail."""

    @initialize()
    def begin(self) -> None:
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name) / "spool"
        self.begin_worker()

    def begin_worker(self) -> None:
        self.spool = Spool(self.folder)
        self.appended: list[bytes] = []
        self.taken: list[bytes] = []
        self.forgotten = 0
        self.reader = SpoolReader(self.spool.file)

    @rule(batch=bodies)
    def append(self, batch: list[bytes]) -> None:
        self.spool.append(batch)
        self.appended += batch

    @rule(batch=bodies, how=st.sampled_from(["before", "after"]), times=st.integers(1, 3))
    def append_with_a_failing_commit(self, batch: list[bytes], how: str, times: int) -> None:
        """The recorder hands the same batch in again until it is written."""
        for _ in range(times):
            connection = self.spool._connection
            if connection is None:
                break
            self.spool._connection = Faulty(connection, how)  # type: ignore[assignment]
            with pytest.raises(sqlite3.OperationalError):
                self.spool.append(batch)
        self.append(batch)

    @rule(limit=st.integers(1, 400))
    def take(self, limit: int) -> None:
        found = self.reader.read(len(self.taken), limit)
        assert [one.number for one in found] == list(range(len(self.taken) + 1, len(self.taken) + 1 + len(found)))
        self.taken += [one.body for one in found]

    @rule()
    def forget(self) -> None:
        self.reader.forget(len(self.taken))
        self.forgotten = len(self.taken)

    @rule()
    def begin_another_drain(self) -> None:
        self.reader.close()
        self.reader = SpoolReader(self.spool.file)
        assert self.reader.name == self.spool.name

    @rule()
    def set_aside(self) -> None:
        waiting = Waiting(1, b"body")
        before = self.reader.refused()
        assert self.reader.set_aside(waiting, "why") == (before == 0)
        assert self.reader.refused() == 1

    @rule()
    def end_the_worker_and_begin_another(self) -> None:
        """Whether it was killed or closed its spool makes no difference to the file."""
        self.spool.close()
        with self.reader.abandoned() as is_abandoned:
            assert is_abandoned
        self.take(10_000_000)
        assert self.taken == self.appended
        self.reader.remove()
        self.begin_worker()

    @precondition(lambda self: hasattr(self, "spool"))
    @invariant()
    def everything_is_there_once(self) -> None:
        assert self.taken == self.appended[: len(self.taken)]
        waiting = self.reader.read(self.forgotten, 10_000_000)
        assert [one.number for one in waiting] == list(range(self.forgotten + 1, len(self.appended) + 1))
        assert [one.body for one in waiting] == self.appended[self.forgotten :]
        assert self.reader.depth() == len(self.appended) - self.forgotten
        assert self.spool.last == len(self.appended)
        assert spools_in(self.folder) == [self.spool.file]
        with self.reader.abandoned() as is_abandoned:
            assert not is_abandoned

    def teardown(self) -> None:
        if hasattr(self, "spool"):
            self.reader.close()
            self.spool.close()
            self.temporary.cleanup()


TestSpool = SpoolMachine.TestCase
TestSpool.settings = settings(stateful_step_count=25, deadline=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spool"


@pytest.fixture
def spool(folder: Path) -> Iterator[Spool]:
    with closing(Spool(folder)) as spool:
        yield spool


def read(spool: Spool) -> list[bytes]:
    with SpoolReader(spool.file) as reader:
        return [one.body for one in reader.read(0, 1_000_000)]


def test_a_failed_commit_that_reached_the_disk_is_recognised_though_it_was_taken_over_meanwhile(spool: Spool) -> None:
    """Then the numbers come again; the drain remembers that it had them."""
    connection = spool._connection
    assert connection is not None
    spool._connection = Faulty(connection, "after")  # type: ignore[assignment]
    with pytest.raises(sqlite3.OperationalError):
        spool.append([b"1", b"2"])
    with SpoolReader(spool.file) as reader:
        assert len(reader.read(0, 9)) == 2
        reader.forget(2)
    spool.append([b"1", b"2"])
    spool.append([b"3"])
    with SpoolReader(spool.file) as reader:
        assert reader.read(2, 9) == [Waiting(3, b"3")]


@pytest.mark.parametrize(("how", "before"), [("after", [b"1", b"2"]), ("before", [])])
@pytest.mark.parametrize("is_taken", [False, True])
def test_what_comes_after_a_batch_that_was_given_up_is_not_taken_for_it(
    spool: Spool, how: str, before: list[bytes], is_taken: bool
) -> None:
    """Whether the disk has the batch all the same, and whether a drain has it by now."""
    assert spool._connection is not None
    spool._connection = Faulty(spool._connection, how)  # type: ignore[assignment]
    with pytest.raises(sqlite3.OperationalError):
        spool.append([b"1", b"2"])
    with SpoolReader(spool.file) as reader:
        taken = reader.read(0, 9) if is_taken else []
        reader.forget(len(taken))
        spool.append([b"3", b"4"])
        spool.append([b"5"])
        left = reader.read(len(taken), 9)
    assert [one.body for one in [*taken, *left]] == [*before, b"3", b"4", b"5"]
    assert [one.number for one in left][-3:] == [3, 4, 5]


def test_no_more_is_read_at_once_than_memory_is_wanted_for(spool: Spool) -> None:
    bodies = [bytes(MOST_BYTES // 4), bytes(MOST_BYTES // 2), bytes(MOST_BYTES // 2), bytes(3 * MOST_BYTES), b"last"]
    spool.append(bodies)
    found: list[Waiting] = []
    with SpoolReader(spool.file) as reader:
        counts = []
        while some := reader.read(len(found), 9):
            counts.append(len(some))
            found += some
    assert counts == [3, 1, 1]
    assert [one.body for one in found] == bodies


def test_a_batch_that_does_not_fit_is_written_whole_or_not_at_all(spool: Spool) -> None:
    assert spool._connection is not None
    spool.append([b"first"])
    spool._connection.execute("PRAGMA max_page_count=20")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        spool.append([bytes(5000)] * 50)
    assert read(spool) == [b"first"]
    spool.append([bytes(5000)] * 50)  # it opens the file anew, without the limit
    assert read(spool) == [b"first", *[bytes(5000)] * 50]
    assert spool.last == 51


UNTIL_FULL = """
import pathlib, resource, signal, sqlite3, sys
from hegui.store.spool import Spool
spool = Spool(pathlib.Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
number, failed = 0, False
while True:
    batch = [b"%d" % (number + one) + bytes(2000) for one in range(10)]
    try:
        spool.append(batch)
    except sqlite3.OperationalError as error:
        if not failed:
            print(error, flush=True)
            sys.stdin.readline()
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        failed = True
        continue
    number += 10
    if failed:
        break
print(number, flush=True)
"""


def test_a_file_that_may_not_grow_keeps_what_it_has_and_takes_the_rest_when_it_may(folder: Path) -> None:
    """Writes of the system fail here, half way in a page or between two."""
    command = [sys.executable, "-c", UNTIL_FULL, str(folder)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    said = child.stdout.readline()
    assert "full" in said or "I/O" in said
    before = whole(folder)
    output, _ = child.communicate("go\n", timeout=PATIENCE_SECONDS)
    assert child.returncode == 0
    after = whole(folder)
    assert [body.rstrip(b"\0") for body in after] == [b"%d" % number for number in range(int(output))]
    assert len(before) % 10 == 0
    assert after[: len(before)] == before


def whole(folder: Path) -> list[bytes]:
    (file,) = spools_in(folder)
    with SpoolReader(file) as reader:
        return [one.body for one in reader.read(0, 1_000_000)]


APPEND_FOR_EVER = """
import os, pathlib, sys
from hegui.store.spool import Spool
spool = Spool(pathlib.Path(sys.argv[1]))
number = 0
while True:
    spool.append([b"%d" % (number + one) for one in range(7)])
    number += 7
    os.write(1, b"%d\\n" % number)
"""


@pytest.mark.parametrize("lines", [1, 5, 60, 400])
def test_kill_9_keeps_what_was_appended_and_gives_up_the_spool(folder: Path, lines: int) -> None:
    child = subprocess.Popen([sys.executable, "-c", APPEND_FOR_EVER, str(folder)], stdout=subprocess.PIPE)
    assert child.stdout
    said = [child.stdout.readline() for _ in range(lines)]
    (file,) = spools_in(folder)
    with SpoolReader(file) as reader, reader.abandoned() as is_abandoned:
        assert not is_abandoned
    child.send_signal(signal.SIGKILL)
    said += child.stdout.read().splitlines()
    child.stdout.close()
    child.wait(PATIENCE_SECONDS)
    with SpoolReader(file) as reader:
        found = [int(one.body) for one in reader.read(0, 1_000_000)]
        with reader.abandoned() as is_abandoned:
            assert is_abandoned
    assert found == list(range(len(found)))
    assert len(found) % 7 == 0
    assert len(found) >= int(said[-1] or said[-2])


def test_an_abandoned_spool_is_held_while_it_is_looked_at_and_leaves_nothing(folder: Path) -> None:
    spool = Spool(folder)
    spool.append([b"x"])
    spool.close()
    reader, other = SpoolReader(spool.file), SpoolReader(spool.file)
    with reader.abandoned() as is_abandoned:
        assert is_abandoned
        with other.abandoned() as is_abandoned_for_another:
            assert not is_abandoned_for_another
        other.close()
        reader.remove()
    assert list(folder.iterdir()) == []


def test_no_two_spools_share_a_name(folder: Path) -> None:
    spools = [Spool(folder) for _ in range(20)]
    assert len({spool.file for spool in spools}) == 20
    assert spools_in(folder) == sorted(spool.file for spool in spools)
    for spool in spools:
        spool.close()


def test_files_are_their_owners_alone(folder: Path) -> None:
    before = os.umask(0o000)
    try:
        with closing(Spool(folder)) as spool:
            spool.append([b"x"])
            with SpoolReader(spool.file) as reader:
                reader.forget(1)
                found = {path.name.removeprefix(spool.name): mode(path) for path in folder.iterdir()}
        now = os.umask(0o000)
    finally:
        os.umask(before)
    assert found == {".spool": 0o600, ".spool-wal": 0o600, ".spool-shm": 0o600, ".owner": 0o600}
    assert mode(folder) == 0o700
    assert now == 0o000


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_threads_that_open_spools_leave_the_mode_of_other_files_alone(folder: Path, tmp_path: Path) -> None:
    """A file mode mask is the whole process's: the tiles of the ledger, written meanwhile, may be read by a web server."""
    before = os.umask(0o022)
    try:
        modes, stop = set(), threading.Event()

        def open_and_close() -> None:
            while not stop.is_set():
                Spool(folder).close()

        threads = [threading.Thread(target=open_and_close) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(400):
            (tmp_path / str(number)).touch()
            modes.add(mode(tmp_path / str(number)))
        stop.set()
        for thread in threads:
            thread.join()
    finally:
        after = os.umask(before)
    assert after == 0o022
    assert modes == {0o644}


def test_what_is_appended_is_synced_before_append_returns(spool: Spool) -> None:
    assert spool._connection is not None
    asked = [spool._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert asked == ["wal", 2]


def test_a_reader_makes_no_spool_where_none_is(folder: Path) -> None:
    folder.mkdir(parents=True)
    with pytest.raises(sqlite3.OperationalError):
        SpoolReader(folder / "gone.spool")
    assert list(folder.iterdir()) == []
