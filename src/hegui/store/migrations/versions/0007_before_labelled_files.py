"""The files an exchange supplied with their labels, and whether they went out without a visible mark on the user's request.

Runs before the new code starts: the code before it writes rows without the new columns, which have defaults.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
phase = "before"


def upgrade() -> None:
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    for name in ("files", "unmarked_terms"):
        op.add_column("exchanges", sa.Column(name, kind, nullable=False, server_default=sa.text("''")))
