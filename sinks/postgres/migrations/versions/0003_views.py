"""Schema `api`: the views that dashboards read, each showing what its reader may see."""

from sinks.postgres.migrations.script import execute_file

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the views."""
    execute_file(__file__)
