"""Write down what the ledger is told, and the document that says it whole, in a transaction that is under way.

Knows two tables; knows no kind of statement.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert

from hegui.store.tables import ledger_documents, ledger_waiting
from hegui.usecases.retention_ports import Statement

__all__ = ["add_statement"]


def add_statement(connection: Connection, statement: Statement) -> None:
    """Let a statement wait for the ledger. Raises IntegrityError where one of the same subject was made already."""
    entry = statement.entry
    document = {"subject": entry.subject, "type": entry.type, "at": entry.at, "document": statement.document}
    connection.execute(insert(ledger_documents).values(**document))
    waiting = {"subject": entry.subject, "salt": statement.salt, "entry": entry.encode()}
    connection.execute(insert(ledger_waiting).values(**waiting))
