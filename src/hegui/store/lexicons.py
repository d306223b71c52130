"""Versions of the lexicon, in the database.

Knows bytes and their digest; what a term is, `detect` knows. Content is kept once for each digest, however
often it was put in force; each time it was is a row of the history.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, insert, select

from hegui.store import revision
from hegui.store.database import Database
from hegui.store.tables import lexicon_contents, lexicon_versions
from hegui.usecases.ports import LexiconVersion

__all__ = ["SqlLexicons"]

_versions = lexicon_versions.c
_facts = (_versions.digest, _versions.terms, _versions.source, _versions.loaded_at)
_whole = select(*_facts, lexicon_contents.c.content).join_from(lexicon_versions, lexicon_contents)
_newest_first = _versions.number.desc()


class SqlLexicons:
    """Implements `ports.Lexicons`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def activate(self, version: LexiconVersion) -> None:
        """Put `version` in force. What is in force already stays so, and no row is added."""
        with self._database.writing() as connection:
            revision.take_turn(connection)
            in_force = select(_versions.digest).order_by(_newest_first).limit(1)
            if connection.scalar(in_force) == version.digest:
                return
            revision.count_change(connection)
            known = select(lexicon_contents.c.digest).where(lexicon_contents.c.digest == version.digest)
            if connection.scalar(known) is None:
                content = {"digest": version.digest, "content": version.content}
                connection.execute(insert(lexicon_contents).values(content))
            facts = {column.name: getattr(version, column.name) for column in _facts}
            connection.execute(insert(lexicon_versions).values(facts))

    def active(self) -> LexiconVersion | None:
        return self._first(_whole)

    def stored(self, digest: str) -> LexiconVersion | None:
        return self._first(_whole.where(_versions.digest == digest))

    def history(self) -> Sequence[LexiconVersion]:
        with self._database.reading() as connection:
            rows = connection.execute(select(*_facts).order_by(_newest_first)).mappings()
            return [LexiconVersion(**row, content=b"") for row in rows]

    def _first(self, query: Select[Any]) -> LexiconVersion | None:
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(_newest_first).limit(1)).mappings().first()
        return None if row is None else LexiconVersion(**row)
