"""Who may do what in the database: the function that makes the roles and grants them their rights, run at every migration."""

from sinks.postgres.migrations.script import execute_file

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the function."""
    execute_file(__file__)
