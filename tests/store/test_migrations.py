"""Revisions: what each says of itself, that they build the schema in code, and that no row and no moment is lost."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, Table, insert, text

from hegui.errors import InputError
from hegui.store import Store, migrations, open_store, tables
from hegui.store.exchange_rows import exchange_row, finding_rows
from hegui.store.keeper import SqlKeeper
from hegui.store.opening import open_database
from hegui.store.schema import State, read_state
from hegui.usecases.ports import Exchange, ExchangeFilter, SchemaRevision
from hegui.usecases.retention_ports import KeptPart
from hegui.vault.keys import WrappedKey
from tests.store.samples import NOON, a_key, a_lexicon, an_application, an_exchange, write, written
from tests.support.patience import PATIENCE_SECONDS

BEFORE, AFTER = '"before"', '"after"'

REVISION = '''"""{about}."""
from alembic import op
import sqlalchemy as sa
revision = "{id}"
down_revision = "{before}"
phase = "{phase}"


def upgrade() -> None:
    {does}
'''


def script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    return ScriptDirectory.from_config(config)


@pytest.fixture
def add_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Add a revision behind the last, in a copy; its id."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrations, "FOLDER", folder)

    def add(phase: str, does: str = "pass") -> str:
        last = migrations.revisions()[-1].id
        number = f"{int(last) + 1:04d}"
        said = REVISION.format(about="a trial", id=number, before=last, phase=phase, does=does)
        (folder / "versions" / f"{number}_{phase}_a_trial.py").write_text(said)
        return number

    return add


@contextmanager
def as_the_first_hegui(url: str) -> Iterator[Store]:
    """A store as a program opens it that knows revision 0001 and no other; it marks nothing."""
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        known = Path(folder) / "migrations"
        shutil.copytree(migrations.FOLDER, known, ignore=shutil.ignore_patterns("__pycache__", "000[2-9]_*"))
        patch.setattr(migrations, "FOLDER", known)
        assert newest() == "0001"
        opened = open_store(url, migrate="check")
    with closing(opened) as store:
        yield store


def write_rows(store: Store, batch: Sequence[Exchange]) -> None:
    """Exchanges and findings alone, as hegui 0.1 wrote them."""
    with store.database.writing() as connection:
        cursor = connection.connection.cursor()
        columns = len(EXCHANGES_IN_0001.columns)
        store.database.bulk(EXCHANGES_IN_0001).insert(cursor, [exchange_row(exchange)[:columns] for exchange in batch])
        details = [row for exchange in batch for row in finding_rows(exchange)]
        store.database.bulk(tables.findings).insert(cursor, details)
        cursor.close()


def newest() -> str:
    return migrations.revisions()[-1].id


def state(url: str) -> State:
    database = open_database(url, migrate="never")
    with database.reading() as connection:
        found = read_state(connection)
    database.engine.dispose()
    return found


SINCE_0002 = {
    "content_parts", "discarded_records", "erased_subjects", "leases", "ledger_documents", "ledger_entries",
    "ledger_waiting", "policy_stages", "spool_positions", "subject_keys",
}  # fmt: skip
SINCE_0006 = ("models", "needs_review", "shadow_policy", "shadow_decision")
SINCE_0007 = ("files", "unmarked_terms")
_FIRST = [column for column in tables.exchanges.columns if column.name not in SINCE_0006 + SINCE_0007]
EXCHANGES_IN_0001 = Table("exchanges", MetaData(), *(Column(column.name, column.type) for column in _FIRST))
"""The table as it was first."""


def make_without_revisions(url: str, but: Collection[str] = SINCE_0002) -> None:
    """A database as hegui 0.1 made it: all its tables at once, and only `schema_version` to say which.

    Without exceptions: every table in code, made at once.
    """
    database = open_database(url, migrate="never")
    with database.migrating() as connection:
        made = [table for table in tables.metadata.sorted_tables if table.name not in but]
        tables.metadata.create_all(connection, made)
        if but:
            connection.execute(text("DROP INDEX ix_exchanges_review"))
            for column in SINCE_0006 + SINCE_0007:
                connection.execute(text(f"ALTER TABLE exchanges DROP COLUMN {column}"))
        connection.execute(insert(tables.schema_version).values(id=1, version=1))
        connection.execute(insert(tables.revision).values(id=1, number=0))
    database.engine.dispose()


OLD_FILE = """
CREATE TABLE schema_version (id INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (id));
CREATE TABLE revision (id INTEGER NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (id));
CREATE TABLE applications (
    id VARCHAR(32) NOT NULL, name VARCHAR(64) NOT NULL, upstream TEXT NOT NULL, upstream_key_env TEXT,
    models JSON NOT NULL, stated_users TEXT NOT NULL, stated_uses TEXT NOT NULL, label_explicit VARCHAR(16) NOT NULL,
    label_language VARCHAR(8) NOT NULL, label_text TEXT, label_implicit BOOLEAN NOT NULL, policy VARCHAR(64) NOT NULL,
    created_at BIGINT NOT NULL, PRIMARY KEY (id), UNIQUE (name)
);
CREATE TABLE api_keys (
    id VARCHAR(32) NOT NULL, application_id VARCHAR(32) NOT NULL, sha256 BLOB NOT NULL, created_at BIGINT NOT NULL,
    revoked_at BIGINT, PRIMARY KEY (id), FOREIGN KEY(application_id) REFERENCES applications (id), UNIQUE (sha256)
);
CREATE INDEX ix_api_keys_application_id ON api_keys (application_id);
CREATE TABLE lexicon_contents (digest VARCHAR(64) NOT NULL, content BLOB NOT NULL, PRIMARY KEY (digest));
CREATE TABLE lexicon_versions (
    number INTEGER NOT NULL, digest VARCHAR(64) NOT NULL, terms INTEGER NOT NULL, source TEXT NOT NULL,
    loaded_at BIGINT NOT NULL, PRIMARY KEY (number), FOREIGN KEY(digest) REFERENCES lexicon_contents (digest)
);
CREATE TABLE exchanges (
    id VARCHAR(26) NOT NULL, application_id VARCHAR(32) NOT NULL, key_id VARCHAR(32) NOT NULL, user VARCHAR(64),
    endpoint TEXT NOT NULL, model TEXT NOT NULL, streamed BOOLEAN NOT NULL, started_at BIGINT NOT NULL,
    first_token_at BIGINT, finished_at BIGINT NOT NULL, status INTEGER NOT NULL, outcome VARCHAR(64) NOT NULL,
    decision VARCHAR(16) NOT NULL, policy TEXT NOT NULL, lexicon TEXT NOT NULL, prompt_characters BIGINT NOT NULL,
    screened_characters BIGINT NOT NULL, delivered_characters BIGINT NOT NULL, withheld_characters BIGINT NOT NULL,
    withheld_events BIGINT NOT NULL, usage_prompt BIGINT, usage_completion BIGINT, usage_total BIGINT, upstream_id TEXT,
    error TEXT, PRIMARY KEY (id)
);
CREATE INDEX ix_exchanges_started ON exchanges (started_at);
CREATE INDEX ix_exchanges_application ON exchanges (application_id, started_at);
CREATE INDEX ix_exchanges_user ON exchanges (user, started_at);
CREATE INDEX ix_exchanges_decision ON exchanges (decision, started_at);
CREATE TABLE findings (
    exchange_id VARCHAR(26) NOT NULL, position INTEGER NOT NULL, direction VARCHAR(8) NOT NULL, path TEXT NOT NULL,
    start BIGINT NOT NULL, "end" BIGINT NOT NULL, term_id TEXT NOT NULL, risk TEXT NOT NULL,
    severity VARCHAR(16) NOT NULL, grade VARCHAR(16) NOT NULL, action VARCHAR(16) NOT NULL,
    PRIMARY KEY (exchange_id, position), FOREIGN KEY(exchange_id) REFERENCES exchanges (id)
) WITHOUT ROWID;
INSERT INTO schema_version VALUES (1, 1);
INSERT INTO revision VALUES (1, 0);
"""
"""What hegui 0.1 sent to SQLite."""


def shape(connection: Connection) -> list[Any]:
    """Everything the database itself knows of its tables, but for Alembic's."""
    if connection.dialect.name == "sqlite":
        query = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version' ORDER BY type, name"
        rows = connection.execute(text(query)).all()
        return [(kind, name, sql and "".join(sql.replace('"', "").split())) for kind, name, sql in rows]
    columns = (
        "SELECT table_name, ordinal_position, column_name, data_type, character_maximum_length, collation_name, "
        "is_nullable, column_default FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2"
    )
    constraints = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version' ORDER BY 1, 2"
    )
    indexes = (
        "SELECT indexname, indexdef FROM pg_indexes "
        "WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
    )
    return [tuple(row) for query in (columns, constraints, indexes) for row in connection.execute(text(query))]


def shape_of(url: str) -> list[Any]:
    database = open_database(url, migrate="never")
    with database.reading() as connection:
        found = shape(connection)
    database.engine.dispose()
    return found


@pytest.fixture
def other_url(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A second fresh database of the same kind."""
    if url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/other.sqlite3"
    found: str = request.getfixturevalue("postgres_server").new_database()
    return found


def test_every_revision_says_what_it_is_in_its_file_its_name_and_its_text() -> None:
    listed = migrations.revisions()
    assert [revision.id for revision in listed] == [f"{number:04d}" for number in range(1, len(listed) + 1)]
    chain = list(reversed(list(script().walk_revisions())))
    assert [step.revision for step in chain] == [revision.id for revision in listed]
    for step, revision in zip(chain, listed, strict=True):
        assert step.module.phase == revision.phase
        assert step.doc.strip()
        assert f"runs {revision.phase}" in " ".join(str(step.module.__doc__).lower().split())


def test_the_revisions_build_the_schema_that_is_in_code(url: str, other_url: str) -> None:
    open_store(url).close()
    make_without_revisions(other_url, but=())
    assert shape_of(url) == shape_of(other_url)
    database = open_database(url, migrate="never")
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []
    database.engine.dispose()


def test_a_file_from_before_there_were_revisions_is_taken_over_whole(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with closing(sqlite3.connect(tmp_path / "state" / "hegui.sqlite3")) as old:
        old.executescript(OLD_FILE)
    application, batch = an_application(), [an_exchange(number) for number in range(700)]
    assert state(sqlite_url) == State("0001", is_marked=False, needs=1)
    with as_the_first_hegui(sqlite_url) as store:
        store.applications.add(application, a_key(application))
        store.lexicons.activate(a_lexicon(1))
        write_rows(store, batch)
    assert not state(sqlite_url).is_marked
    open_store(sqlite_url).close()
    assert state(sqlite_url) == State(newest(), is_marked=True, needs=1)
    with closing(open_store(sqlite_url)) as store:
        assert list(store.exchanges.list(ExchangeFilter(limit=10_000)))[::-1] == batch
        assert store.applications.named("demo") == application
        assert len(store.applications.live_keys()) == 1
        assert store.lexicons.active() == a_lexicon(1)
        assert store.applications.revision() == 2
    open_store(f"sqlite:///{tmp_path}/new.sqlite3").close()
    assert shape_of(sqlite_url) == shape_of(f"sqlite:///{tmp_path}/new.sqlite3")


def test_the_first_hegui_goes_on_working_beside_the_tables_of_evidence(url: str) -> None:
    """Revision 0002 says that it runs before."""
    make_without_revisions(url)
    with as_the_first_hegui(url) as old:
        write_rows(old, [an_exchange(0)])
        open_store(url).close()
        assert state(url) == State(newest(), is_marked=True, needs=1)
        write_rows(old, [an_exchange(1)])
        old.lexicons.activate(a_lexicon(1))
    with as_the_first_hegui(url) as old:
        write_rows(old, [an_exchange(2)])
    with closing(open_store(url, migrate="check")) as store:
        write(store, an_exchange(3))
        assert written(store) == [an_exchange(number) for number in range(4)]
        assert store.lexicons.active() == a_lexicon(1)


def test_what_is_pending_is_run_once_and_keeps_every_row(url: str, add_revision: Callable[..., str]) -> None:
    make_without_revisions(url)
    batch = [an_exchange(number) for number in range(100)]
    with as_the_first_hegui(url) as store:
        write_rows(store, batch)
    last = add_revision(
        "before",
        'op.execute("UPDATE revision SET number = number + 1")\n'
        '    op.add_column("exchanges", sa.Column("region", sa.Text, nullable=False, server_default="?"))',
    )
    for _ in range(2):
        open_store(url).close()
    assert state(url) == State(last, is_marked=True, needs=1)
    database = open_database(url, migrate="never")
    with database.reading() as connection:
        assert connection.scalar(text("SELECT number FROM revision")) == 1
        assert connection.scalar(text("SELECT count(*) FROM exchanges WHERE region = '?'")) == 100
    database.engine.dispose()


def test_a_table_can_be_made_anew_and_its_findings_stay(sqlite_url: str, add_revision: Callable[..., str]) -> None:
    """SQLite changes a column only so; with foreign keys on, dropping the old table would fail."""
    with closing(open_store(sqlite_url)) as store:
        write(store, an_exchange())
    add_revision(
        "before",
        'with op.batch_alter_table("exchanges") as table:\n'
        '        table.alter_column("error", existing_type=sa.Text, nullable=False, server_default="")',
    )
    with closing(open_store(sqlite_url)) as store:
        assert list(store.exchanges.list(ExchangeFilter())) == [an_exchange()]
        with store.database.reading() as connection:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_revision_that_fails_leaves_nothing_behind(url: str, add_revision: Callable[..., str]) -> None:
    open_store(url).close()
    before, known = shape_of(url), newest()
    add_revision("before", 'op.create_table("halfway", sa.Column("id", sa.Integer))')
    add_revision("before", 'op.execute("SELECT nothing FROM nowhere")')
    with pytest.raises(InputError, match="STO003"):
        open_store(url)
    assert shape_of(url) == before
    assert state(url).revision == known


def test_many_processes_migrate_at_once_and_each_revision_runs_once(url: str, add_revision: Callable[..., str]) -> None:
    make_without_revisions(url)
    last = add_revision(
        "before", 'op.execute("UPDATE revision SET number = number + 1")\n    __import__("time").sleep(1)'
    )
    program = (
        "import sys, pathlib\n"
        "from hegui.store import migrations, open_store\n"
        "migrations.FOLDER = pathlib.Path(sys.argv[2])\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "store = open_store(sys.argv[1], busy_seconds=0.2); print(store.applications.revision()); store.close()\n"
    )
    command = [sys.executable, "-W", "error", "-c", program, url, str(migrations.FOLDER)]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for child in children:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin
        child.stdin.write("\n")
        child.stdin.flush()
    assert [child.communicate(timeout=PATIENCE_SECONDS)[0] for child in children] == ["1\n"] * 4
    assert [child.returncode for child in children] == [0] * 4
    assert state(url) == State(last, is_marked=True, needs=1)


def test_check_refuses_what_lacks_something_and_changes_nothing(url: str, add_revision: Callable[..., str]) -> None:
    with pytest.raises(InputError, match=r"STO007 .*0001 \(first schema\)") as caught:
        open_store(url, migrate="check")
    assert "hegui store migrate" in caught.value.remedy
    assert state(url).revision is None
    open_store(url).close()
    open_store(url, migrate="check").close()
    add_revision("after")
    open_store(url, migrate="check").close()  # what runs after may wait
    add_revision("before")
    with pytest.raises(InputError, match="STO007"):
        open_store(url, migrate="check")


def test_what_runs_after_waits_where_other_machines_may_be_at_work(url: str, add_revision: Callable[..., str]) -> None:
    open_store(url).close()
    before, after = add_revision("before"), add_revision("after")
    open_store(url).close()
    if url.startswith("sqlite"):
        assert state(url) == State(after, is_marked=True, needs=int(after))
        return
    assert state(url) == State(before, is_marked=True, needs=1)
    keeper = SqlKeeper(open_database(url, migrate="never"))
    assert list(keeper.migrate("before")) == []
    assert list(keeper.migrate("after")) == [SchemaRevision(after, "after", "a trial")]
    assert list(keeper.migrate("after")) == []
    keeper.close()
    assert state(url).needs == int(after)


def test_after_is_refused_while_a_before_is_pending(url: str, add_revision: Callable[..., str]) -> None:
    open_store(url).close()
    first, middle, last = add_revision("before"), add_revision("after"), add_revision("before")
    keeper = SqlKeeper(open_database(url, migrate="never"))
    with pytest.raises(InputError, match="STO008"):
        keeper.migrate("after")
    assert [one.id for one in keeper.migrate("before")] == [first, middle, last]
    keeper.close()


def test_an_empty_database_gets_everything_at_once(url: str, add_revision: Callable[..., str]) -> None:
    after = add_revision("after")
    open_store(url).close()
    assert state(url) == State(after, is_marked=True, needs=int(after))


def test_the_old_program_works_on_after_a_before_and_is_refused_after_an_after(
    url: str, add_revision: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Path(tables.__file__).parent / "migrations", migrations.FOLDER
    add_revision("before")
    open_store(url).close()
    monkeypatch.setattr(migrations, "FOLDER", old)
    open_store(url).close()
    assert state(url).pending == ()
    monkeypatch.setattr(migrations, "FOLDER", new)
    last = add_revision("after")
    with closing(SqlKeeper(open_database(url, migrate="never"))) as keeper:
        keeper.migrate("all")
    monkeypatch.setattr(migrations, "FOLDER", old)
    with pytest.raises(InputError, match=r"STO001 .*has schema version (\d+); this hegui knows up to (\d+)") as caught:
        open_store(url)
    assert f"version {int(last)};" in str(caught.value)
    assert f"up to {int(newest())}." in str(caught.value)


def test_an_ordinary_start_imports_no_alembic(url: str) -> None:
    open_store(url).close()
    program = "import sys; from hegui.store import open_store; open_store(sys.argv[1]).close(); print('alembic' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


def test_the_keeper_tells_how_the_database_stands(url: str) -> None:
    with closing(SqlKeeper(open_database(url, migrate="never"))) as keeper:
        empty = keeper.status()
        every = [revision.id for revision in migrations.revisions()]
        assert (empty.revision, [one.id for one in empty.pending], empty.exchanges) == (None, every, None)
        assert [one.id for one in keeper.migrate("all")] == every
        found = keeper.status()
    assert found.kind == url.partition(":")[0].partition("+")[0]
    assert (found.revision, found.newest, found.pending) == (newest(), newest(), ())
    assert (found.exchanges, found.findings) == (0, 0)
    assert found.size_bytes > 10_000
    assert found.version[0].isdigit()


def test_content_kept_before_there_were_lines_of_it_gets_them(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Revision 0004: a prompt and an answer, where the subject has a live key."""
    with TemporaryDirectory() as folder:
        known = Path(folder) / "migrations"
        shutil.copytree(migrations.FOLDER, known, ignore=shutil.ignore_patterns("__pycache__", "000[4-9]_*"))
        with monkeypatch.context() as patch:
            patch.setattr(migrations, "FOLDER", known)
            with closing(open_store(url)) as store:
                write_rows(
                    store,
                    [an_exchange(0), an_exchange(1, user=None), an_exchange(2, user="u-2"), an_exchange(3, user=None)],
                )
                for number, subject in enumerate(("u-1", f"x-{an_exchange(1).id}", "u-2")):
                    store.subject_keys.add(WrappedKey(f"{number:032d}", subject, "m" * 16, bytes(72)), NOON)
                erased = text("UPDATE subject_keys SET wrapped = NULL, erased_at = 1 WHERE subject = 'u-2'")
                with store.database.writing() as connection:
                    connection.execute(erased)
    with closing(open_store(url)) as store:
        found = [store.contents.of(an_exchange(number).id) for number in range(4)]
    assert [[part.part for part in parts] for parts in found] == [["prompt", "answer"], ["prompt", "answer"], [], []]
    assert found[0][0] == KeptPart(an_exchange(0).id, "prompt", "prompt", an_exchange(0).started_at, "u-1")
