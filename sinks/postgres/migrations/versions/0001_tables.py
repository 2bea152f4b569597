"""The tables of the ledger: what a fold of the log makes, and who folds."""

from sinks.postgres.migrations.script import execute_file

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    execute_file(__file__)
