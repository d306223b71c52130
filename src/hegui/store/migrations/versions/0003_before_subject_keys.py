"""The keys of data subjects, for content kept in the vault.

Runs before the new code starts: it makes a table that the code before it does not know.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"
phase = "before"

LIVE = sa.text("erased_at IS NULL")
UNSWEPT = sa.text("erased_at IS NOT NULL AND swept_at IS NULL")


def text(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "subject_keys",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("id", text(32), nullable=False, unique=True),
        sa.Column("subject", text(64), nullable=False),
        sa.Column("master", text(16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("erased_at", sa.BigInteger),
        sa.Column("swept_at", sa.BigInteger),
    )
    keys = "subject_keys"
    op.create_index("ix_subject_keys_subject", keys, ["subject"])
    op.create_index("ix_subject_keys_live", keys, ["subject"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index("ix_subject_keys_unswept", keys, ["number"], sqlite_where=UNSWEPT, postgresql_where=UNSWEPT)
