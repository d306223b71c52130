"""Which content is kept of each exchange, and the documents behind entries that belong to none.

Runs before the new code starts: it adds tables, which the version before does not look at. Content kept until now was a
prompt and an answer where its subject has a live key; a line for what was never there does no harm. An exchange that the
version before writes after this revision has no lines: its content goes with its user's key, and not by its period.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0004"
down_revision = "0003"
phase = "before"

PARTS = ("prompt", "answer")


def text(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    parts = op.create_table(
        "content_parts",
        sa.Column("exchange_id", text(26), sa.ForeignKey("exchanges.id"), primary_key=True),
        sa.Column("part", text(64), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", text(16), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "ledger_documents",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("subject", text(256), nullable=False, unique=True),
        sa.Column("type", text(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    exchanges = sa.table("exchanges", *[sa.column(name) for name in ("id", "user", "started_at")])
    keys = sa.table("subject_keys", sa.column("subject"), sa.column("erased_at"))
    subject = sa.func.coalesce(exchanges.c.user, sa.literal("x-", sa.Text) + exchanges.c.id)
    has_a_key = sa.exists().where(keys.c.subject == subject, keys.c.erased_at.is_(None))
    for position, part in enumerate(PARTS):
        there = (exchanges.c.id, sa.literal(part), sa.literal(position), sa.literal(part), exchanges.c.started_at)
        op.execute(sa.insert(parts).from_select(list(parts.columns.keys()), sa.select(*there).where(has_a_key)))
    op.create_index("ix_content_parts_due", "content_parts", ["kind", "made_at"])
