"""What only PostgreSQL can do to us: go away, come back, cut a connection, refuse a right, quote a value."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from hegui.errors import InputError, InternalError
from hegui.store import SpoolRecorder, Store, open_store
from hegui.store.evidence_loop import EvidenceLoop
from hegui.store.evidence_writer import EvidenceWriter
from hegui.usecases.ports import Exchange
from tests.store.evidence import an_evidence_loop, assert_complete
from tests.store.samples import a_key, an_application, an_exchange, write, written
from tests.store.test_crash import check_after_a_crash, killed, start_recording
from tests.store.test_evidence_loop import wait_until
from tests.store.test_recorder import until
from tests.support.postgresql import PostgresServer, database_name

KILL_THE_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"


def test_a_session_waits_for_the_disk_and_not_long_for_a_lock(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    name = database_name(postgres_url)
    asked = ("synchronous_commit", "lock_timeout", "application_name")
    for set_to, found in (("off", "on"), ("remote_apply", "remote_apply"), ("local", "local")):
        postgres_server.execute(f"ALTER DATABASE {name} SET synchronous_commit = '{set_to}'")
        postgres_server.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
        with closing(open_store(postgres_url, busy_seconds=0.2)) as store:
            with store.database.reading() as connection:
                assert [connection.scalar(text(f"SHOW {one}")) for one in asked] == [found, "200ms", "hegui"]
                isolation = [connection.scalar(text(f"SHOW transaction_{one}")) for one in ("isolation", "read_only")]
                assert isolation == ["repeatable read", "on"]
            with store.database.writing() as connection:
                assert connection.scalar(text("SHOW transaction_isolation")) == "read committed"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def recorder(state: Path) -> Iterator[SpoolRecorder]:
    with closing(SpoolRecorder(state / "spool", capacity=100_000)) as recorder:
        yield recorder


@pytest.fixture
def moving(postgres_store: Store, state: Path) -> Iterator[EvidenceLoop]:
    """It moves evidence in a thread."""
    loop = an_evidence_loop(postgres_store, state, publish_seconds=0.02)
    loop.start()
    yield loop
    loop.stop()


def exchanges(count: int) -> list[Exchange]:
    return [an_exchange(number) for number in range(count)]


def finish(store: Store, state: Path, recorder: SpoolRecorder, loop: EvidenceLoop, batch: list[Exchange]) -> None:
    """Everything recorded is in the database and in the ledger, once, and the spool has gone."""
    recorder.close()
    wait_until(lambda: loop.last_error is None)
    loop.stop()
    assert list((state / "spool").glob("*.spool")) == []
    assert written(store) == batch
    assert_complete(store, state / "ledger", batch)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_server_that_stops_and_starts_again_loses_nothing_and_repeats_nothing(
    postgres_store: Store,
    postgres_server: PostgresServer,
    state: Path,
    recorder: SpoolRecorder,
    moving: EvidenceLoop,
    how: signal.Signals,
) -> None:
    """Those who record wait for nothing: the spool takes what comes meanwhile."""
    batch = exchanges(4000)

    async def main() -> None:
        futures = []
        for number, exchange in enumerate(batch):
            futures.append(asyncio.ensure_future(recorder.record(exchange)))
            if number in (1000, 2500):
                await asyncio.gather(*futures[: number // 2])
                await asyncio.to_thread(postgres_server.stop, how)
                await until(lambda: moving.last_error)
                await asyncio.wait_for(asyncio.gather(*futures), 30)
                assert recorder.last_error is None
                await asyncio.to_thread(postgres_server.start)
            if number % 50 == 0:
                await asyncio.sleep(0.001)
        await asyncio.wait_for(asyncio.gather(*futures), 30)

    asyncio.run(main())
    finish(postgres_store, state, recorder, moving, batch)


def test_connections_cut_at_any_moment_lose_nothing_and_repeat_nothing(
    postgres_store: Store,
    postgres_url: str,
    postgres_server: PostgresServer,
    state: Path,
    recorder: SpoolRecorder,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A step here is followed by the next without a pause, so that connections are in use when they are cut."""
    loop = an_evidence_loop(postgres_store, state, publish_seconds=0.001)
    batch = exchanges(6000)
    kill = KILL_THE_OTHERS.format(database_name(postgres_url))
    done = threading.Event()

    def cut_now_and_then() -> None:
        while not done.is_set():
            time.sleep(random.random() / 8)
            postgres_server.execute(kill)

    cutter = threading.Thread(target=cut_now_and_then)
    cutter.start()
    for exchange in batch:
        recorder.hand_over(exchange)
    failures = 0
    while recorder.depth() or recorder.spooled() > 1000:
        loop.step(publish=True)
        failures += loop.last_error is not None
    done.set()
    cutter.join()
    assert failures
    loop.start()
    finish(postgres_store, state, recorder, loop, batch)


@pytest.mark.parametrize("lost", range(1, 6))
def test_a_commit_whose_answer_is_lost_is_written_once(
    postgres_store: Store, state: Path, recorder: SpoolRecorder, lost: int
) -> None:
    """The server commits, and the connection goes before it can say so: at each commit in turn."""
    loop = an_evidence_loop(postgres_store, state)
    batch = exchanges(5)
    for exchange in batch:
        recorder.hand_over(exchange)
    wait_until(lambda: recorder.depth() == 0)
    commits = 0

    def commit_and_lose(connection: Any) -> None:
        nonlocal commits
        connection.commit()
        commits += 1
        if commits == lost:
            connection.driver_connection.close()
            raise psycopg.OperationalError("the connection is lost")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres_store.database.engine.dialect, "do_commit", commit_and_lose)
        for _ in range(12):
            loop.step(publish=True)
    assert commits >= lost
    loop.start()
    finish(postgres_store, state, recorder, loop, batch)


def test_kill_9_of_gateways_and_movers_keeps_every_durable_exchange_once(postgres_url: str, state: Path) -> None:
    """Two processes record and move the same exchanges under ids of their own; both are killed, twice."""
    open_store(postgres_url).close()
    said: list[bytes] = []
    for round_ in range(2):
        children = [start_recording(postgres_url, state, first=round_ * 2 + number) for number in range(2)]
        for child in children:
            assert child.stdout
            said += [child.stdout.readline() for _ in range(300)]
        for child in children:
            said += killed(child)
    check_after_a_crash(postgres_url, state, said)


def away_while(
    store: Store, server: PostgresServer, state: Path, recorder: SpoolRecorder, begin: str, end: str, word: str
) -> None:
    """Records wait in the spool between the two statements, the loop says why, and then they are moved."""
    name = database_name(str(store.database.engine.url.render_as_string(hide_password=False)))
    server.execute(begin, name)
    store.database.engine.dispose()  # a setting of the database is for sessions that begin after it
    loop = an_evidence_loop(store, state)
    loop.start()
    recorder.hand_over(an_exchange())
    wait_until(lambda: word in (loop.last_error or ""))
    wait_until(lambda: recorder.depth() == 0)
    assert recorder.spooled() == 1
    server.execute(end, name)
    finish(store, state, recorder, loop, exchanges(1))


@pytest.mark.parametrize("table", ["findings", "ledger_waiting", "spool_positions"])
def test_a_table_that_is_not_there_is_waited_for(
    postgres_store: Store, postgres_server: PostgresServer, state: Path, recorder: SpoolRecorder, table: str
) -> None:
    begin, end = f"ALTER TABLE {table} RENAME TO elsewhere", f"ALTER TABLE elsewhere RENAME TO {table}"
    away_while(postgres_store, postgres_server, state, recorder, begin, end, "UndefinedTable")


def test_a_database_that_may_only_be_read_is_waited_for(
    postgres_store: Store, postgres_server: PostgresServer, postgres_url: str, state: Path, recorder: SpoolRecorder
) -> None:
    name = database_name(postgres_url)
    begin = f"ALTER DATABASE {name} SET default_transaction_read_only = on"
    # A session that began meanwhile stays as it began; it is cut, as at a failover.
    end = (
        f"BEGIN READ WRITE; ALTER DATABASE {name} RESET default_transaction_read_only; COMMIT; "
        + KILL_THE_OTHERS.format(name)
        + " AND pid <> pg_backend_pid()"
    )
    away_while(postgres_store, postgres_server, state, recorder, begin, end, "ReadOnlySqlTransaction")


@pytest.mark.parametrize("table", ["exchanges", "ledger_waiting"])
def test_a_lock_on_the_table_is_waited_out(
    postgres_store: Store, state: Path, recorder: SpoolRecorder, moving: EvidenceLoop, table: str
) -> None:
    with postgres_store.database.engine.begin() as other:
        other.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        recorder.hand_over(an_exchange())
        wait_until(lambda: "lock timeout" in (moving.last_error or ""))
    finish(postgres_store, state, recorder, moving, exchanges(1))


def test_readers_find_the_server_again_by_themselves(postgres_store: Store, postgres_server: PostgresServer) -> None:
    application = an_application()
    postgres_store.applications.add(application, a_key(application))
    postgres_server.stop()
    with pytest.raises(InternalError, match="STO004") as caught:
        postgres_store.applications.revision()
    assert "server is up" in caught.value.remedy
    postgres_server.start()
    assert postgres_store.applications.revision() == 1
    assert postgres_store.applications.named("demo") == application


def test_a_failure_quotes_nothing_of_what_was_written(postgres_store: Store) -> None:
    writer = EvidenceWriter(postgres_store.database, os.urandom)
    with postgres_store.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE exchanges ALTER COLUMN model TYPE integer USING 0"))
    with pytest.raises(Exception, match="^InvalidTextRepresentation$|DatatypeMismatch") as caught:
        writer.write("spool", 1, [an_exchange(model="secret")])
    assert "secret" not in repr(caught.value)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    url = "postgresql+psycopg://u:secret@127.0.0.1:9/db?password=secret&sslpassword=secret"
    with pytest.raises(InputError, match=r"STO003 .*u.*127\.0\.0\.1:9/db") as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_database_that_cannot_hold_every_character_is_refused(postgres_server: PostgresServer) -> None:
    url = postgres_server.new_database("ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(InputError, match=r"STO006 .*LATIN1"):
        open_store(url)
    postgres_server.drop_database(url)


def test_without_the_driver_hegui_says_how_to_get_it() -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from hegui.store import open_store\n"
        "try: open_store('postgresql+psycopg://h/db')\n"
        "except Exception as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.startswith("STO005")
    assert "hegui[postgresql]" in said


def test_names_are_in_the_order_of_their_characters(store: Store) -> None:
    names = ["Z", "a", "B", "é", "中", "-x", "A b", "Ab"]
    for number, name in enumerate(names):
        application = an_application(name)
        store.applications.add(application, a_key(application, number))
    assert [one.name for one in store.applications.list()] == sorted(names)


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "WHERE application_id = 'app-1'",
        """WHERE "user" = 'u-1'""",
        "WHERE decision = 'allow' AND started_at > 5",
        "WHERE (started_at, id) < (9000000000000000, 'x')",
    ],
)
def test_newest_first_needs_no_full_sort(postgres_store: Store, condition: str) -> None:
    write(postgres_store, *exchanges(2000))
    query = f"EXPLAIN SELECT * FROM exchanges {condition} ORDER BY started_at DESC, id DESC LIMIT 5"  # noqa: S608
    with postgres_store.database.engine.begin() as connection:
        connection.execute(text("ANALYZE exchanges"))
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(connection.scalars(text(query)))
    assert "Backward using ix_exchanges" in plan
    assert "Incremental Sort" in plan  # of those of one instant only
