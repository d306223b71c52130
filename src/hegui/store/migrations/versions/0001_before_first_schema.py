"""The first schema, as hegui 0.1 made it before there were revisions.

Runs before the new code starts: it makes what is not there. A file that was made without revisions is marked with this
one and left as it is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None
phase = "before"


def text(length: int | None = None) -> TypeEngine[str]:
    return (sa.String(length) if length else sa.Text()).with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    schema_version = op.create_table(
        "schema_version",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    counted = op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(schema_version, [{"id": 1, "version": 1}])
    op.bulk_insert(counted, [{"id": 1, "number": 0}])
    op.create_table(
        "applications",
        sa.Column("id", text(32), primary_key=True),
        sa.Column("name", text(64), nullable=False, unique=True),
        sa.Column("upstream", text(), nullable=False),
        sa.Column("upstream_key_env", text()),
        sa.Column("models", sa.JSON, nullable=False),
        sa.Column("stated_users", text(), nullable=False),
        sa.Column("stated_uses", text(), nullable=False),
        sa.Column("label_explicit", text(16), nullable=False),
        sa.Column("label_language", text(8), nullable=False),
        sa.Column("label_text", text()),
        sa.Column("label_implicit", sa.Boolean, nullable=False),
        sa.Column("policy", text(64), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", text(32), primary_key=True),
        sa.Column("application_id", text(32), sa.ForeignKey("applications.id"), nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_index("ix_api_keys_application_id", "api_keys", ["application_id"])
    op.create_table(
        "lexicon_contents",
        sa.Column("digest", text(64), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "lexicon_versions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("digest", text(64), sa.ForeignKey("lexicon_contents.digest"), nullable=False),
        sa.Column("terms", sa.Integer, nullable=False),
        sa.Column("source", text(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "exchanges",
        sa.Column("id", text(26), primary_key=True),
        sa.Column("application_id", text(32), nullable=False),
        sa.Column("key_id", text(32), nullable=False),
        sa.Column("user", text(64)),
        sa.Column("endpoint", text(), nullable=False),
        sa.Column("model", text(), nullable=False),
        sa.Column("streamed", sa.Boolean, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("first_token_at", sa.BigInteger),
        sa.Column("finished_at", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("outcome", text(64), nullable=False),
        sa.Column("decision", text(16), nullable=False),
        sa.Column("policy", text(), nullable=False),
        sa.Column("lexicon", text(), nullable=False),
        sa.Column("prompt_characters", sa.BigInteger, nullable=False),
        sa.Column("screened_characters", sa.BigInteger, nullable=False),
        sa.Column("delivered_characters", sa.BigInteger, nullable=False),
        sa.Column("withheld_characters", sa.BigInteger, nullable=False),
        sa.Column("withheld_events", sa.BigInteger, nullable=False),
        sa.Column("usage_prompt", sa.BigInteger),
        sa.Column("usage_completion", sa.BigInteger),
        sa.Column("usage_total", sa.BigInteger),
        sa.Column("upstream_id", text()),
        sa.Column("error", text()),
    )
    op.create_index("ix_exchanges_started", "exchanges", ["started_at"])
    op.create_index("ix_exchanges_application", "exchanges", ["application_id", "started_at"])
    op.create_index("ix_exchanges_user", "exchanges", ["user", "started_at"])
    op.create_index("ix_exchanges_decision", "exchanges", ["decision", "started_at"])
    op.create_table(
        "findings",
        sa.Column("exchange_id", text(26), sa.ForeignKey("exchanges.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("direction", text(8), nullable=False),
        sa.Column("path", text(), nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("term_id", text(), nullable=False),
        sa.Column("risk", text(), nullable=False),
        sa.Column("severity", text(16), nullable=False),
        sa.Column("grade", text(16), nullable=False),
        sa.Column("action", text(16), nullable=False),
        sqlite_with_rowid=False,
    )
