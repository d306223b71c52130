"""The tables, version 1 of the schema.

Knows columns, keys and indexes; knows no query. Written for SQLite and PostgreSQL alike; the one thing only
SQLite reads is `sqlite_with_rowid`, a hint on storage.
An exchange has no foreign key to its application: evidence is never refused because another row is missing.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from hegui.store.instants import Instant

__all__ = [
    "SCHEMA_VERSION",
    "api_keys",
    "applications",
    "exchanges",
    "findings",
    "lexicon_contents",
    "lexicon_versions",
    "metadata",
    "revision",
    "schema_version",
]

SCHEMA_VERSION = 1

metadata = MetaData()

schema_version = Table(
    "schema_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)
"""One row, id 1."""

revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)
"""One row, id 1: counts the changes to applications, keys and lexicons."""

applications = Table(
    "applications",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("upstream", Text, nullable=False),
    Column("upstream_key_env", Text),
    Column("models", JSON, nullable=False),
    Column("stated_users", Text, nullable=False),
    Column("stated_uses", Text, nullable=False),
    Column("label_explicit", String(16), nullable=False),
    Column("label_language", String(8), nullable=False),
    Column("label_text", Text),
    Column("label_implicit", Boolean, nullable=False),
    Column("policy", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("application_id", ForeignKey(applications.c.id), nullable=False, index=True),
    Column("sha256", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

lexicon_contents = Table(
    "lexicon_contents",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

lexicon_versions = Table(
    "lexicon_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("digest", ForeignKey(lexicon_contents.c.digest), nullable=False),
    Column("terms", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("loaded_at", Instant, nullable=False),
)
"""One row for each time a lexicon was put in force; the highest number is in force. Going back adds a row too."""

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("application_id", String(32), nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("user", String(64)),
    Column("endpoint", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("streamed", Boolean, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("first_token_at", Instant),
    Column("finished_at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("policy", Text, nullable=False),
    Column("lexicon", Text, nullable=False),
    Column("prompt_characters", BigInteger, nullable=False),
    Column("screened_characters", BigInteger, nullable=False),
    Column("delivered_characters", BigInteger, nullable=False),
    Column("withheld_characters", BigInteger, nullable=False),
    Column("withheld_events", BigInteger, nullable=False),
    Column("usage_prompt", BigInteger),
    Column("usage_completion", BigInteger),
    Column("usage_total", BigInteger),
    Column("upstream_id", Text),
    Column("error", Text),
)

# Each index serves "newest first" under one filter. Outcomes are rare filters and read along the first index.
Index("ix_exchanges_started", exchanges.c.started_at)
Index("ix_exchanges_application", exchanges.c.application_id, exchanges.c.started_at)
Index("ix_exchanges_user", exchanges.c.user, exchanges.c.started_at)
Index("ix_exchanges_decision", exchanges.c.decision, exchanges.c.started_at)

findings = Table(
    "findings",
    metadata,
    Column("exchange_id", ForeignKey(exchanges.c.id), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("direction", String(8), nullable=False),
    Column("path", Text, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("term_id", Text, nullable=False),
    Column("risk", Text, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("grade", String(16), nullable=False),
    Column("action", String(16), nullable=False),
    sqlite_with_rowid=False,
)
"""`position` keeps the order of an exchange's findings, from 0."""
