"""Alembic's entry point: it runs this file with a connection that `upgrade` opened, or with none for a dry run."""

from alembic import context

connection = context.config.attributes.get("connection")
context.configure(
    connection=connection,
    dialect_name="postgresql" if connection is None else None,
    version_table="migration",
    version_table_schema="tiendo",
)
with context.begin_transaction():
    context.run_migrations()
