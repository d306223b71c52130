"""A database to read and to write through, safe between threads and processes.

Knows transactions and how a failure is told; knows no query of a repository. What the two kinds do differently is in
`sqlite` and `postgresql`; `opening` chooses between them. Works with SQLAlchemy's pool: each thread that asks gets a
connection of its own. Rules, whichever the kind:

1. What is committed is on the disk.
2. A reading transaction sees one moment of the database and holds nobody up.
3. No message quotes what was written or asked for: parameters hold pseudonyms and model names.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar, Literal

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError, IntegrityError

from hegui.errors import InternalError
from hegui.store.bulk import Bulk

__all__ = ["MIGRATION_WAIT_SECONDS", "Database", "Kind"]

Kind = Literal["sqlite", "postgresql"]

MIGRATION_WAIT_SECONDS = 60
"""How long a process waits while another brings the schema up to date."""


class Database(ABC):
    """A pool of connections. `where` is the URL as it may be shown."""

    kind: ClassVar[Kind]
    remedy: ClassVar[str]

    def __init__(self, engine: Engine, reader: Engine, writer: Engine, where: str) -> None:
        self.engine = engine
        self.where = where
        self._reader = reader
        self._writer = writer

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction for reading. Raises InternalError STO004 when the database fails."""
        with self._explaining(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction; it commits at the end. Raises InternalError STO004, and IntegrityError as it is."""
        with self._explaining(), self._writer.begin() as connection:
            yield connection

    @abstractmethod
    def begin_writing(self, cursor: DBAPICursor) -> None:
        """Begin a writing transaction on the driver's own cursor."""

    @abstractmethod
    def bulk(self, table: Table, columns: Sequence[str] = ()) -> Bulk:
        """What inserts many rows into `table`, all columns or these, on the driver's own cursor."""

    @abstractmethod
    def migrating(self) -> AbstractContextManager[Connection]:
        """A transaction in which this process alone may change the schema; all of it is done or nothing."""

    @abstractmethod
    def forget(self, table: Table) -> bool:
        """Drive what was deleted from `table` out of the database's files, as far as it can; whether it could."""

    @abstractmethod
    def is_refusal(self, error: BaseException) -> bool:
        """Whether `error` blames what was to be written; else the circumstances are to blame, and may change."""

    @abstractmethod
    def words(self, error: BaseException) -> str:
        """The driver's words for what went wrong, one line that quotes no value."""

    @abstractmethod
    def server(self, connection: Connection) -> str:
        """The database's own version."""

    @abstractmethod
    def size(self, connection: Connection) -> int:
        """What the database takes on the disk, bytes."""

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DBAPIError as error:
            problem = f"the database failed: {self.words(error)}."
            raise InternalError("STO004", self.where, problem, self.remedy) from error
