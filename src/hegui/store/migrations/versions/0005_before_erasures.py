"""Until when the content of which subjects is erased, and which records were discarded, and why.

Runs before the new code starts: it makes tables that the code before it does not know. An erasure by the code before it is
found by its key (`subject_keys.erased_at`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0005"
down_revision = "0004"
phase = "before"


def text(length: int | None = None) -> TypeEngine[str]:
    kind = sa.String(length) if length else sa.Text()
    return kind.with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "erased_subjects",
        sa.Column("subject", text(64), primary_key=True),
        sa.Column("erased_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "discarded_records",
        sa.Column("id", text(64), primary_key=True),
        sa.Column("exchange_id", text(26)),
        sa.Column("discarded_at", sa.BigInteger, nullable=False),
        sa.Column("problem", text(), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
    )
