"""Run revisions with Alembic, in a transaction of the caller's: all of them or none.

Knows Alembic; knows no lock (see `Database.migrating`) and does not choose what to run.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from hegui.store import migrations

__all__ = ["mark", "upgrade"]


def upgrade(connection: Connection, revision: str) -> None:
    """Bring the schema to `revision`."""
    command.upgrade(_config(connection), revision)


def mark(connection: Connection, revision: str) -> None:
    """Write down that the schema is at `revision`, and change nothing else."""
    command.stamp(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(migrations.FOLDER).replace("%", "%%"))
    return config
