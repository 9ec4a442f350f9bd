"""Alembic's entry: runs on the connection that `migrate` holds."""

from alembic import context

from storage.records import Record

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Record.metadata,
    transaction_per_migration=False,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
