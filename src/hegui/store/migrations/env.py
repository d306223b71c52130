"""Alembic runs this file for each command: on the connection, and in the transaction, that `runner` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
