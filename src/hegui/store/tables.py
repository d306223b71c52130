"""The tables.

Knows columns, keys and indexes; knows no query. Written for SQLite and PostgreSQL alike. On PostgreSQL every text
compares by its characters' numbers (collation "C"), as on SQLite: lists are in the same order on both, and no index
depends on the operating system's idea of a language. Its length is not limited there, so that no record is refused
for it. Only SQLite reads `sqlite_with_rowid`, a hint on storage.
A change here needs a revision in `migrations/versions/`; a test compares the two.
An exchange has no foreign key to its application: evidence is never refused because another row is missing.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.types import TypeEngine

from hegui.store.instants import Instant

__all__ = [
    "api_keys",
    "applications",
    "content_parts",
    "discarded_records",
    "erased_subjects",
    "exchanges",
    "findings",
    "leases",
    "ledger_documents",
    "ledger_entries",
    "ledger_waiting",
    "lexicon_contents",
    "lexicon_versions",
    "metadata",
    "policy_stages",
    "revision",
    "schema_version",
    "spool_positions",
    "subject_keys",
]

metadata = MetaData()


def _text(length: int | None = None) -> TypeEngine[str]:
    """A column of text; `length` says what to expect, characters."""
    return (String(length) if length else Text()).with_variant(Text(collation="C"), "postgresql")


schema_version = Table(
    "schema_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)
"""One row, id 1: the oldest revision a program must know to work with this database (see `schema`)."""

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
    Column("id", _text(32), primary_key=True),
    Column("name", _text(64), nullable=False, unique=True),
    Column("upstream", _text(), nullable=False),
    Column("upstream_key_env", _text()),
    Column("models", JSON, nullable=False),
    Column("stated_users", _text(), nullable=False),
    Column("stated_uses", _text(), nullable=False),
    Column("label_explicit", _text(16), nullable=False),
    Column("label_language", _text(8), nullable=False),
    Column("label_text", _text()),
    Column("label_implicit", Boolean, nullable=False),
    Column("policy", _text(64), nullable=False),
    Column("created_at", Instant, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", _text(32), primary_key=True),
    Column("application_id", ForeignKey(applications.c.id), nullable=False, index=True),
    Column("sha256", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

lexicon_contents = Table(
    "lexicon_contents",
    metadata,
    Column("digest", _text(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

lexicon_versions = Table(
    "lexicon_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("digest", ForeignKey(lexicon_contents.c.digest), nullable=False),
    Column("terms", Integer, nullable=False),
    Column("source", _text(), nullable=False),
    Column("loaded_at", Instant, nullable=False),
)
"""One row for each time a lexicon was put in force; the highest number is in force. Going back adds a row too."""

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", _text(26), primary_key=True),
    Column("application_id", _text(32), nullable=False),
    Column("key_id", _text(32), nullable=False),
    Column("user", _text(64)),
    Column("endpoint", _text(), nullable=False),
    Column("model", _text(), nullable=False),
    Column("streamed", Boolean, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("first_token_at", Instant),
    Column("finished_at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("outcome", _text(64), nullable=False),
    Column("decision", _text(16), nullable=False),
    Column("policy", _text(), nullable=False),
    Column("lexicon", _text(), nullable=False),
    Column("prompt_characters", BigInteger, nullable=False),
    Column("screened_characters", BigInteger, nullable=False),
    Column("delivered_characters", BigInteger, nullable=False),
    Column("withheld_characters", BigInteger, nullable=False),
    Column("withheld_events", BigInteger, nullable=False),
    Column("usage_prompt", BigInteger),
    Column("usage_completion", BigInteger),
    Column("usage_total", BigInteger),
    Column("upstream_id", _text()),
    Column("error", _text()),
    Column("models", _text(), nullable=False, server_default=text("''")),
    Column("needs_review", Boolean, nullable=False, server_default=false()),
    Column("shadow_policy", _text()),
    Column("shadow_decision", _text(16)),
    Column("files", _text(), nullable=False, server_default=text("''")),
    Column("unmarked_terms", _text(), nullable=False, server_default=text("''")),
)

# Each index serves "newest first" under one filter. Outcomes are rare filters and read along the first index.
Index("ix_exchanges_started", exchanges.c.started_at)
Index("ix_exchanges_application", exchanges.c.application_id, exchanges.c.started_at)
Index("ix_exchanges_user", exchanges.c.user, exchanges.c.started_at)
Index("ix_exchanges_decision", exchanges.c.decision, exchanges.c.started_at)
Index(
    "ix_exchanges_review",
    exchanges.c.started_at,
    sqlite_where=exchanges.c.needs_review,
    postgresql_where=exchanges.c.needs_review,
)

findings = Table(
    "findings",
    metadata,
    Column("exchange_id", ForeignKey(exchanges.c.id), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("direction", _text(8), nullable=False),
    Column("path", _text(), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("term_id", _text(), nullable=False),
    Column("risk", _text(), nullable=False),
    Column("severity", _text(16), nullable=False),
    Column("grade", _text(16), nullable=False),
    Column("action", _text(16), nullable=False),
    sqlite_with_rowid=False,
)
"""`position` keeps the order of an exchange's findings, from 0."""

policy_stages = Table(
    "policy_stages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", _text(64), nullable=False),
    Column("mode", _text(16), nullable=False),
    Column("share", Float, nullable=False),
    Column("label", _text(), nullable=False),
    Column("content", _text(), nullable=False),
    Column("reason", _text(), nullable=False),
    Column("staged_at", Instant, nullable=False),
)
"""One row for each step of a candidate for the policy `name`; the highest number of a name is in force. `mode` shadow, share or
back; `content` is the candidate's YAML, "" for back."""

content_parts = Table(
    "content_parts",
    metadata,
    Column("exchange_id", ForeignKey(exchanges.c.id), primary_key=True),
    Column("part", _text(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("kind", _text(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""What the vault keeps of an exchange; a line goes when the content does, and a record after all its lines. `made_at` is the
exchange's `started_at`, from where its periods count."""

Index("ix_content_parts_due", content_parts.c.kind, content_parts.c.made_at)

spool_positions = Table(
    "spool_positions",
    metadata,
    Column("spool", _text(16), primary_key=True),
    Column("number", BigInteger, nullable=False),
)
"""Up to which number each spool has been taken over; written together with what was."""

ledger_waiting = Table(
    "ledger_waiting",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("leaf_index", BigInteger, unique=True),
    Column("subject", _text(256), nullable=False),
    Column("salt", LargeBinary(32)),
    Column("entry", LargeBinary, nullable=False),
)
"""Entries that no published checkpoint covers; `leaf_index` is given, for good, when their turn is decided."""

ledger_documents = Table(
    "ledger_documents",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("subject", _text(256), nullable=False, unique=True),
    Column("type", _text(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("document", LargeBinary, nullable=False),
)
"""What entries that belong to no exchange commit to; the salt is beside the entry's place."""

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("leaf_index", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("subject", _text(256), nullable=False, index=True),
    Column("salt", LargeBinary(32)),
)
"""What the ledger holds: where each entry is, and the salt of its payload. The entry's bytes are the ledger's."""

leases = Table(
    "leases",
    metadata,
    Column("name", _text(32), primary_key=True),
    Column("holder", _text(32), nullable=False),
    Column("until", Instant, nullable=False),
)
"""Who does what only one process may do at a time, and until when."""

subject_keys = Table(
    "subject_keys",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", _text(32), nullable=False, unique=True),
    Column("subject", _text(64), nullable=False),
    Column("master", _text(16), nullable=False),
    Column("wrapped", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Column("erased_at", Instant),
    Column("swept_at", Instant),
)
"""`wrapped` is NULL once the key is destroyed: the row stays, and proves it. `number` keeps new rows together at the table's
end, so that SQLite never moves a wrapped key from page to page and leaves a copy behind."""

erased_subjects = Table(
    "erased_subjects",
    metadata,
    Column("subject", _text(64), primary_key=True),
    Column("erased_at", Instant, nullable=False),
)
"""Whose content was erased, and up to which instant: what is older and arrives later is dropped. Also of those who had no key."""

discarded_records = Table(
    "discarded_records",
    metadata,
    Column("id", _text(64), primary_key=True),
    Column("exchange_id", _text(26)),
    Column("discarded_at", Instant, nullable=False),
    Column("problem", _text(), nullable=False),
    Column("reason", _text(), nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
)
"""Records set aside that a person gave up, and why; `id` is spool and number, `sha256` that of the bytes that waited."""

Index("ix_subject_keys_subject", subject_keys.c.subject)
Index(
    "ix_subject_keys_live",
    subject_keys.c.subject,
    unique=True,
    sqlite_where=text("erased_at IS NULL"),
    postgresql_where=text("erased_at IS NULL"),
)
Index(
    "ix_subject_keys_unswept",
    subject_keys.c.number,
    sqlite_where=text("erased_at IS NOT NULL AND swept_at IS NULL"),
    postgresql_where=text("erased_at IS NOT NULL AND swept_at IS NULL"),
)
