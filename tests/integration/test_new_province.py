"""A province that a release brings, on a database that was made before it."""

import psycopg
import pytest

from models.catalogue import load_catalogue
from models.topics import PROVINCES
from sinks.postgres.migrations import upgrade
from streams.provision import provide_schema

pytestmark = pytest.mark.integration

NEW = "tra-vinh"
_PARTITIONS = """
SELECT inhrelid::regclass::text FROM pg_inherits
WHERE inhparent::regclass::text LIKE 'tiendo.%' AND inhrelid::regclass::text LIKE '%_tra_vinh'"""


async def test_migrate_gives_a_new_province_its_part_of_every_table(empty_database: str) -> None:
    """Nobody has to do it by hand, and running it again changes nothing."""
    upgrade(empty_database)
    with psycopg.connect(empty_database) as connection:
        before = {name for (name,) in connection.execute(_PARTITIONS)}
        for name in before:
            connection.execute(f"DROP TABLE {name}")
    assert NEW in PROVINCES

    for _ in range(2):
        await provide_schema(empty_database, load_catalogue())

    with psycopg.connect(empty_database) as connection:
        assert before == {name for (name,) in connection.execute(_PARTITIONS)}
        listed = connection.execute(
            "SELECT count(*) > 0 FROM api.kpi_current WHERE province = %s", [NEW]
        ).fetchone()
    assert (True,) == listed
    assert len(before) == 33
