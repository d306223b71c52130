"""The keys of data subjects, wrapped, in the database.

Knows rows, and until when whose content is erased; knows no key in the clear and no master key. That a subject has one live
key at most is the database's doing (a unique index over live rows), so two processes that make one at the same moment end with
the same. Every change names what it replaces, so that a key wrapped anew never brings back one that was erased meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from hegui.errors import InternalError
from hegui.store.database import Database
from hegui.store.tables import erased_subjects, subject_keys
from hegui.usecases.vault_ports import KeyRecord
from hegui.vault.keys import WrappedKey

__all__ = ["SqlSubjectKeys"]

ATTEMPTS = 10
"""How often a key may be made and erased by others before `add` gives up."""

MOST = 500
"""Keys named in one statement."""

_columns = subject_keys.c
_is_live = _columns.erased_at.is_(None)
_wrapped = select(_columns.id, _columns.subject, _columns.master, _columns.wrapped).where(_is_live)
_record = select(_columns.id, _columns.subject, _columns.created_at, _columns.erased_at, _columns.swept_at)
_rewrap = (
    update(subject_keys)
    .where(_columns.id == bindparam("of_id"), _is_live)
    .where(_columns.master == bindparam("old_master"), _columns.wrapped == bindparam("old_wrapped"))
    .values(master=bindparam("new_master"), wrapped=bindparam("new_wrapped"))
)


class SqlSubjectKeys:
    """Implements `vault_ports.SubjectKeys`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: WrappedKey, created_at: datetime) -> WrappedKey:
        row = {"id": key.id, "subject": key.subject, "master": key.master, "wrapped": key.wrapped}
        for _ in range(ATTEMPTS):
            if found := self.live(key.subject):
                return found
            try:
                with self._database.writing() as connection:
                    connection.execute(insert(subject_keys).values(**row, created_at=created_at))
            except IntegrityError:  # another process was quicker; its key is the one, unless it is erased already
                continue
            return key
        problem = "the subject's key was made and erased again and again."
        raise InternalError("VLT019", f"key {key.id}", problem, "Try again.")

    def live(self, subject: str) -> WrappedKey | None:
        with self._database.reading() as connection:
            row = connection.execute(_wrapped.where(_columns.subject == subject)).first()
        return None if row is None else WrappedKey(*row)

    def live_ids(self, subjects: Collection[str]) -> Mapping[str, str]:
        query = select(_columns.subject, _columns.id).where(_columns.subject.in_(subjects), _is_live)
        with self._database.reading() as connection:
            return {row.subject: row.id for row in connection.execute(query)}

    def of(self, subject: str) -> Sequence[KeyRecord]:
        return self._records(_columns.subject == subject)

    def erased_at(self, subject: str) -> datetime | None:
        marks = select(erased_subjects.c.erased_at).where(erased_subjects.c.subject == subject)
        keys = select(_columns.erased_at).where(_columns.subject == subject, _columns.erased_at.is_not(None))
        with self._database.reading() as connection:
            return max(connection.scalars(marks.union_all(keys)), default=None)

    def erase(self, subject: str, at: datetime) -> None:
        self._mark(subject, at)
        is_its_live_one = (_columns.subject == subject) & _is_live
        with self._database.writing() as connection:
            connection.execute(update(subject_keys).where(is_its_live_one).values(wrapped=None, erased_at=at))

    def _mark(self, subject: str, at: datetime) -> None:
        """Write down that it is erased, in a transaction of its own: who adds a key that the next one does not see, sees this."""
        later = update(erased_subjects).where(erased_subjects.c.subject == subject)
        values = {"erased_at": at}
        with self._database.writing() as connection:
            if connection.execute(later.where(erased_subjects.c.erased_at >= at).values(subject=subject)).rowcount:
                return
            if connection.execute(later.values(values)).rowcount:
                return
        with suppress(IntegrityError), self._database.writing() as connection:  # another erases at the same moment
            connection.execute(insert(erased_subjects).values(subject=subject, **values))

    def scrub(self) -> bool:
        return self._database.forget(subject_keys)

    def mark_swept(self, *key_ids: str, at: datetime) -> None:
        is_unswept = _columns.erased_at.is_not(None) & _columns.swept_at.is_(None)
        for begin in range(0, len(key_ids), MOST):
            these = is_unswept & _columns.id.in_(key_ids[begin : begin + MOST])
            with self._database.writing() as connection:
                connection.execute(update(subject_keys).where(these).values(swept_at=at))

    def unswept(self) -> Sequence[KeyRecord]:
        return self._records(_columns.erased_at.is_not(None) & _columns.swept_at.is_(None))

    def count_outside(self, master: str) -> int:
        query = select(func.count()).select_from(subject_keys).where(_is_live, _columns.master != master)
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def outside(self, master: str, after: int, limit: int) -> Sequence[tuple[int, WrappedKey]]:
        beyond = (_columns.number > after) & (_columns.master != master)
        query = _wrapped.add_columns(_columns.number).where(beyond).order_by(_columns.number).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [(number, WrappedKey(*row)) for *row, number in rows]

    def rewrap(self, changes: Sequence[tuple[WrappedKey, WrappedKey]]) -> int:
        with self._database.writing() as connection:
            return sum(_replace(connection, old, new) for old, new in changes)

    def _records(self, where: ColumnElement[bool]) -> Sequence[KeyRecord]:
        with self._database.reading() as connection:
            return [KeyRecord(*row) for row in connection.execute(_record.where(where).order_by(_columns.number))]


def _replace(connection: Connection, old: WrappedKey, new: WrappedKey) -> int:
    values = {"of_id": old.id, "old_master": old.master, "old_wrapped": old.wrapped}
    done = connection.execute(_rewrap, {**values, "new_master": new.master, "new_wrapped": new.wrapped})
    return done.rowcount
