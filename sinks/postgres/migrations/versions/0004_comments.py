"""A comment on each view and column of schema `api`."""

from sinks.postgres.migrations.script import execute_file

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Write the comments."""
    execute_file(__file__)
