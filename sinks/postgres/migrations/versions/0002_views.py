"""Schema `api`: the views that dashboards read, a comment on each column, and the roles that may read them."""

from sinks.postgres.migrations.script import execute_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the views and, where the server lets us, the roles."""
    execute_file(__file__)
