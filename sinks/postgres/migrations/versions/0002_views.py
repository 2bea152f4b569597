"""Schema `api`: the views that dashboards read, each showing what its reader may see, and a comment on each column."""

from sinks.postgres.migrations.script import execute_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the views."""
    execute_file(__file__)
