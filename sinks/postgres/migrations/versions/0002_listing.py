"""The catalogue as tables, the function that gives a province its partition of every table, and the provinces' partitions."""

from models.topics import PROVINCES
from sinks.postgres.migrations.script import execute, execute_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables and the provinces' partitions of all."""
    execute_file(__file__)
    for province in PROVINCES:
        execute(f"SELECT tiendo.add_province('{province}');")
