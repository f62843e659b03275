"""What Alembic runs: the migrations, on the connection that `bot.store.migrate` gave it."""

from __future__ import annotations

from alembic import context

from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    target_metadata=metadata,
    # SQLite changes a table by building it anew.
    render_as_batch=True,
    # One transaction, begun by the caller, holds the lock, all steps and the version.
    transaction_per_migration=False,
)
context.run_migrations()
