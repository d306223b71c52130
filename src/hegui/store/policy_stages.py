"""The steps of staged policies, in the database, and what trials decided.

Knows rows that are only ever added; what they add up to, the use case knows. The revision grows with each, so that a
gateway sees it at its next look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, func, insert, select

from hegui.store import revision
from hegui.store.database import Database
from hegui.store.exchanges import conditions_of
from hegui.store.statements import add_statement
from hegui.store.tables import exchanges, policy_stages
from hegui.usecases.ports import ExchangeFilter
from hegui.usecases.retention_ports import Statement
from hegui.usecases.stage_ports import PolicyStage, Trial

__all__ = ["SqlPolicyStages"]

_columns = policy_stages.c
_exchanges = exchanges.c


class SqlPolicyStages:
    """Implements `stage_ports.PolicyStages`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        decide: Callable[[Sequence[PolicyStage]], PolicyStage],
        tell: Callable[[PolicyStage], Statement],
    ) -> PolicyStage:
        with self._database.writing() as connection:
            revision.take_turn(connection)
            step = decide(_steps(connection, name))
            revision.count_change(connection)
            values = {column.name: getattr(step, column.name) for column in _columns if column.name != "number"}
            connection.execute(insert(policy_stages).values(values))
            (added,) = _steps(connection, name)[-1:]
            add_statement(connection, tell(added))
        return added

    def history(self, name: str | None = None) -> Sequence[PolicyStage]:
        with self._database.reading() as connection:
            return _steps(connection, name)

    def trials(self, wanted: ExchangeFilter, examples: int) -> Sequence[Trial]:
        cell = (_exchanges.shadow_policy, _exchanges.decision, _exchanges.shadow_decision)
        newest = func.row_number().over(
            partition_by=cell, order_by=(_exchanges.started_at.desc(), _exchanges.id.desc())
        )
        found = (
            select(*cell, _exchanges.id, newest.label("place"), func.count().over(partition_by=cell).label("total"))
            .where(*conditions_of(wanted), _exchanges.shadow_policy.is_not(None))
            .subquery()
        )
        query = select(found).where(found.c.place <= max(1, examples)).order_by(found.c.place)
        cells: dict[tuple[str, str, str], tuple[int, list[str]]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                key = (row.shadow_policy, row.decision, row.shadow_decision)
                cells.setdefault(key, (row.total, []))[1].append(row.id)
        trials = [Trial(*key, count, tuple(ids[:examples])) for key, (count, ids) in cells.items()]
        return sorted(trials, key=lambda one: (one.policy, -one.count, one.decision, one.shadow))


def _steps(connection: Connection, name: str | None) -> Sequence[PolicyStage]:
    query = select(policy_stages).order_by(_columns.number)
    if name is not None:
        query = query.where(_columns.name == name)
    return [PolicyStage(**row) for row in connection.execute(query).mappings()]
