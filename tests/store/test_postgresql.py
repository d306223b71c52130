"""What only PostgreSQL can do to us: go away, come back, cut a connection, refuse a right, quote a value."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from contextlib import closing

import psycopg
import pytest
from hegui.store.exchange_writer import ExchangeWriter
from sqlalchemy import text

from hegui.errors import InputError, InternalError
from hegui.store import Store, open_store
from hegui.usecases.ports import Exchange, ExchangeFilter
from tests.store.samples import a_key, an_application, an_exchange
from tests.store.test_recorder import until
from tests.support.postgresql import PostgresServer, database_name

KILL_THE_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"


def recorded(store: Store) -> list[Exchange]:
    return list(store.exchanges.list(ExchangeFilter(limit=1_000_000)))[::-1]


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


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_server_that_stops_and_starts_again_loses_nothing_and_repeats_nothing(
    postgres_store: Store, postgres_server: PostgresServer, how: signal.Signals
) -> None:
    recorder = postgres_store.open_recorder(capacity=100_000)
    batch = [an_exchange(number) for number in range(4000)]

    async def main() -> None:
        futures = []
        for number, exchange in enumerate(batch):
            futures.append(asyncio.ensure_future(recorder.record(exchange)))
            if number in (1000, 2500):
                await asyncio.gather(*futures[: number // 2])
                await asyncio.to_thread(postgres_server.stop, how)
                await until(lambda: recorder.last_error)
                await asyncio.to_thread(postgres_server.start)
            if number % 50 == 0:
                await asyncio.sleep(0.001)
        await asyncio.wait_for(asyncio.gather(*futures), 30)

    asyncio.run(main())
    recorder.close()
    assert recorded(postgres_store) == batch


def test_connections_cut_at_any_moment_lose_nothing_and_repeat_nothing(
    postgres_store: Store, postgres_url: str, postgres_server: PostgresServer
) -> None:
    recorder = postgres_store.open_recorder(capacity=100_000)
    batch = [an_exchange(number) for number in range(6000)]
    kill = KILL_THE_OTHERS.format(database_name(postgres_url))

    async def main() -> None:
        futures = []
        for exchange in batch:
            futures.append(recorder.record(exchange))
            if len(futures) % 600 == 0:
                await asyncio.sleep(random.random() / 50)
                await asyncio.to_thread(postgres_server.execute, kill)
        await asyncio.wait_for(asyncio.gather(*futures), 30)

    asyncio.run(main())
    recorder.close()
    assert recorded(postgres_store) == batch


def test_a_commit_whose_answer_is_lost_is_written_once(postgres_store: Store) -> None:
    """The server commits, and the connection goes before it can say so."""
    recorder = postgres_store.open_recorder(capacity=10)
    writer = recorder._writer
    assert isinstance(writer, ExchangeWriter)
    whole = writer._transact
    lost = [True]

    def commit_and_lose(batch: list[Exchange]) -> None:
        whole(batch)
        if lost and lost.pop():
            connection = writer._connection
            writer._connection = None
            assert connection
            connection.invalidate()
            raise psycopg.OperationalError("the connection is lost")

    writer._transact = commit_and_lose  # type: ignore[method-assign, assignment]
    batch = [an_exchange(number) for number in range(5)]

    async def main() -> None:
        await asyncio.wait_for(asyncio.gather(*[recorder.record(exchange) for exchange in batch]), 10)

    asyncio.run(main())
    recorder.close()
    assert lost == []
    assert recorded(postgres_store) == batch


def test_kill_9_keeps_every_durable_exchange_once_beside_a_second_process(postgres_url: str) -> None:
    """Two processes write the same exchanges; one is killed."""
    program = f"import asyncio; from tests.store.test_crash import *; asyncio.run(record_without_end({postgres_url!r}))"
    open_store(postgres_url).close()
    children = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(2)]
    said = []
    for child in children:
        assert child.stdout
        said += [child.stdout.readline() for _ in range(300)]
    for child in children:
        assert child.stdout
        child.send_signal(signal.SIGKILL)
        said += child.stdout.read().splitlines()
        child.stdout.close()
        assert child.wait(timeout=10) == -signal.SIGKILL
    with closing(open_store(postgres_url)) as store:
        found = recorded(store)
    assert len({exchange.id for exchange in found}) == len(found)
    assert {an_exchange(int(line)) for line in said} <= set(found)


def away_while(store: Store, server: PostgresServer, url: str, begin: str, end: str, word: str) -> None:
    """A recorder waits between the two statements, says why, and then writes."""
    recorder = store.open_recorder(capacity=10)
    server.execute(begin, database_name(url))
    store.database.engine.dispose()  # a setting of the database is for sessions that begin after it

    async def main() -> None:
        future = recorder.record(an_exchange())
        await until(lambda: word in (recorder.last_error or ""))
        server.execute(end, database_name(url))
        await asyncio.wait_for(future, 10)

    asyncio.run(main())
    recorder.close()
    assert recorded(store) == [an_exchange()]


def test_a_table_that_is_not_there_is_waited_for(
    postgres_store: Store, postgres_server: PostgresServer, postgres_url: str
) -> None:
    begin, end = "ALTER TABLE findings RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO findings"
    away_while(postgres_store, postgres_server, postgres_url, begin, end, "UndefinedTable")


def test_a_database_that_may_only_be_read_is_waited_for(
    postgres_store: Store, postgres_server: PostgresServer, postgres_url: str
) -> None:
    name = database_name(postgres_url)
    begin = f"ALTER DATABASE {name} SET default_transaction_read_only = on"
    end = f"BEGIN READ WRITE; ALTER DATABASE {name} RESET default_transaction_read_only; COMMIT"
    away_while(postgres_store, postgres_server, postgres_url, begin, end, "ReadOnlySqlTransaction")


def test_a_lock_on_the_table_is_waited_out(
    postgres_store: Store, postgres_url: str, postgres_server: PostgresServer
) -> None:
    recorder = postgres_store.open_recorder(capacity=10)

    async def main() -> None:
        with postgres_store.database.engine.begin() as other:
            other.execute(text("LOCK TABLE exchanges IN ACCESS EXCLUSIVE MODE"))
            future = recorder.record(an_exchange())
            await until(lambda: "lock timeout" in (recorder.last_error or ""))
        await asyncio.wait_for(future, 10)

    asyncio.run(main())
    recorder.close()
    assert recorded(postgres_store) == [an_exchange()]


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
    writer = ExchangeWriter(postgres_store.database)
    with postgres_store.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE exchanges ALTER COLUMN model TYPE integer USING 0"))
    with pytest.raises(Exception, match="^InvalidTextRepresentation$|DatatypeMismatch") as caught:
        writer.write([an_exchange(model="secret")])
    writer.close()
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
    writer = ExchangeWriter(postgres_store.database)
    writer.write([an_exchange(number) for number in range(2000)])
    writer.close()
    query = f"EXPLAIN SELECT * FROM exchanges {condition} ORDER BY started_at DESC, id DESC LIMIT 5"  # noqa: S608
    with postgres_store.database.engine.begin() as connection:
        connection.execute(text("ANALYZE exchanges"))
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(connection.scalars(text(query)))
    assert "Backward using ix_exchanges" in plan
    assert "Incremental Sort" in plan  # of those of one instant only
