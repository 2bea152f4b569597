"""The tables of the ledger, and a partition of each for every province."""

from models.topics import PROVINCES
from sinks.postgres.migrations.script import execute, execute_file

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables and the provinces' partitions."""
    execute_file(__file__)
    for province in PROVINCES:
        execute(f"SELECT tiendo.add_province('{province}');")
