"""Where the spools have been read up to, and the entries of the ledger.

Runs before the new code starts: it only adds tables, which the old version does not look at.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"
phase = "before"


def text(length: int | None = None) -> TypeEngine[str]:
    return (sa.String(length) if length else sa.Text()).with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "spool_positions",
        sa.Column("spool", text(16), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "ledger_waiting",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("leaf_index", sa.BigInteger, unique=True),
        sa.Column("subject", text(256), nullable=False),
        sa.Column("salt", sa.LargeBinary(32)),
        sa.Column("entry", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ledger_entries",
        sa.Column(
            "leaf_index", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False
        ),
        sa.Column("subject", text(256), nullable=False),
        sa.Column("salt", sa.LargeBinary(32)),
    )
    op.create_index("ix_ledger_entries_subject", "ledger_entries", ["subject"])
    op.create_table(
        "leases",
        sa.Column("name", text(32), primary_key=True),
        sa.Column("holder", text(32), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
