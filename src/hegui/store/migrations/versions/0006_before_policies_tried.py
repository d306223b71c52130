"""Which models had a say in an exchange, whether a human should look, and policies that are tried before they act.

Runs before the new code starts: the code before it writes rows without the new columns, which have defaults.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0006"
down_revision = "0005"
phase = "before"

REVIEW = sa.text("needs_review")


def text(length: int | None = None) -> TypeEngine[str]:
    kind = sa.String(length) if length else sa.Text()
    return kind.with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    exchanges = "exchanges"
    op.add_column(exchanges, sa.Column("models", text(), nullable=False, server_default=sa.text("''")))
    op.add_column(exchanges, sa.Column("needs_review", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column(exchanges, sa.Column("shadow_policy", text()))
    op.add_column(exchanges, sa.Column("shadow_decision", text(16)))
    op.create_index("ix_exchanges_review", exchanges, ["started_at"], sqlite_where=REVIEW, postgresql_where=REVIEW)
    op.create_table(
        "policy_stages",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", text(64), nullable=False),
        sa.Column("mode", text(16), nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("label", text(), nullable=False),
        sa.Column("content", text(), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("staged_at", sa.BigInteger, nullable=False),
    )
