"""The server of the tests: databases of one's own, and what is committed outlives a crash."""

from __future__ import annotations

import os
import signal

from tests.support.postgresql import PostgresServer, database_name


def test_each_test_has_a_database_of_its_own(postgres_server: PostgresServer, postgres_url: str) -> None:
    other = postgres_server.new_database()
    assert database_name(other) != database_name(postgres_url)
    postgres_server.execute("CREATE TABLE here (number integer)", database_name(other))
    assert postgres_server.execute("SELECT to_regclass('here')", database_name(postgres_url)) == [(None,)]
    postgres_server.drop_database(other)


def test_what_is_committed_outlives_a_crash_of_the_server(postgres_server: PostgresServer, postgres_url: str) -> None:
    name = database_name(postgres_url)
    postgres_server.execute("CREATE TABLE here (number integer)", name)
    postgres_server.execute("INSERT INTO here VALUES (7)", name)
    postgres_server.stop(signal.SIGQUIT)
    postgres_server.start()
    assert postgres_server.execute("SELECT number FROM here", name) == [(7,)]
    assert postgres_server.execute("SHOW fsync") == [("on",)]


def test_nobody_else_may_reach_the_server(postgres_url: str) -> None:
    folder = postgres_url.partition("host=")[2]
    assert os.stat(folder).st_mode & 0o077 == 0
