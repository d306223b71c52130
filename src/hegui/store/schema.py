"""Where a database's schema stands, and bringing it up to date.

Knows two marks in the database: `alembic_version` holds the last revision that was run; `schema_version` the number of
the oldest revision that a program must know to work with it. The second is what every hegui looks at before it opens a
database, also one from before there were revisions (whose files are at revision 0001 without saying so): it grows with a
revision that runs `after`, which old programs do not survive, and not with one that runs `before`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, column, inspect, select, table, update

from hegui.errors import InputError
from hegui.store import migrations
from hegui.store.database import Database
from hegui.store.migrations import Wanted
from hegui.store.tables import schema_version
from hegui.usecases.ports import SchemaRevision

__all__ = ["State", "migrate", "prepare", "read_state"]

FIRST = "0001"
NOW = "hegui store migrate"

_mark = table("alembic_version", column("version_num"))


@dataclass(frozen=True, slots=True)
class State:
    """What a database says of its schema.

    Attributes:
        revision: the last one run; None in an empty database.
        is_marked: False where a file from before there were revisions has yet to be marked.
        needs: the oldest revision a program must know, its number.
    """

    revision: str | None
    is_marked: bool
    needs: int

    @property
    def pending(self) -> tuple[SchemaRevision, ...]:
        """What is not run yet."""
        return migrations.pending(self.revision)


def read_state(connection: Connection) -> State:
    """What the marks say."""
    if not inspect(connection).has_table(schema_version.name):
        return State(None, is_marked=False, needs=0)
    needs = connection.scalar(select(schema_version.c.version)) or 0
    if not inspect(connection).has_table(_mark.name):
        return State(FIRST, is_marked=False, needs=needs)
    return State(connection.scalar(select(_mark.c.version_num)), is_marked=True, needs=needs)


def prepare(database: Database, how: Literal["auto", "check"]) -> None:
    """See that this program can work with the database; with `auto`, make it so.

    On PostgreSQL what is to run `after` is left for `hegui store migrate`, since other machines may still be working
    with the old program; a SQLite file, and a database that is empty, is brought up to date at once.

    Raises:
        InputError: STO001, the schema is newer; STO007, it lacks something and may not be changed.
    """
    with database.engine.connect() as connection:
        state = read_state(connection)
    _refuse_newer(database, state)
    wanted: Wanted = "before" if database.kind == "postgresql" and state.revision else "all"
    if how == "auto" and (not state.is_marked or migrations.runnable(state.pending, wanted)):
        migrate(database, wanted)
    elif migrations.runnable(state.pending, "before"):
        problem = f"its schema lacks {_listed(state.pending)}, and store.migrate is check."
        raise InputError("STO007", database.where, problem, f"Run: {NOW}")


def migrate(database: Database, wanted: Wanted) -> tuple[SchemaRevision, ...]:
    """Run what may run, all of it or nothing; what was run. A second process waits, and finds nothing left to do.

    Raises:
        InputError: STO001, the schema is newer; STO008, something else has to run before.
    """
    with database.migrating() as connection:
        state = read_state(connection)
        _refuse_newer(database, state)
        todo = migrations.runnable(state.pending, wanted)
        if wanted == "after" and state.pending and not todo:
            problem = f"{_listed(state.pending)} must run first."
            raise InputError("STO008", database.where, problem, f"Run: {NOW} --phase before")
        if todo or (state.revision and not state.is_marked):
            _run(connection, state, todo)
    return todo


def _run(connection: Connection, state: State, todo: tuple[SchemaRevision, ...]) -> None:
    # Imported here: it brings Alembic (0.1 s), which an ordinary start does without.
    from hegui.store.migrations import runner

    if state.revision and not state.is_marked:
        runner.mark(connection, state.revision)
    if todo:
        runner.upgrade(connection, todo[-1].id)
    afters = [revision for revision in todo if revision.phase == "after"]
    if afters:
        connection.execute(update(schema_version).values(version=int(afters[-1].id)))


def _refuse_newer(database: Database, state: State) -> None:
    known = int(migrations.revisions()[-1].id)
    if state.needs > known:
        problem = f"has schema version {state.needs}; this hegui knows up to {known}."
        raise InputError("STO001", database.where, problem, "Use the newer hegui that wrote it, or another database.")


def _listed(lacking: tuple[SchemaRevision, ...]) -> str:
    return ", ".join(f"{revision.id} ({revision.about})" for revision in lacking)
