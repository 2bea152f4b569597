"""The migrations: from nothing to the newest schema, once, by whoever comes first."""

import asyncio

import psycopg
import pytest

from models.errors import Unavailable
from models.topics import PROVINCES
from sinks.postgres.connection import connect
from sinks.postgres.listing import _TABLES as CATALOGUE
from sinks.postgres.migrations import pending_sql, upgrade
from sinks.postgres.release import FOLDED

pytestmark = pytest.mark.integration

STEPS = ("0001_tables", "0002_listing", "0003_views", "0004_comments", "0005_roles")


def test_an_empty_database_is_brought_to_the_newest_schema_once(empty_database: str) -> None:
    """The first call takes every step, the second none."""
    assert (STEPS, ()) == upgrade(empty_database)
    assert ((), ()) == upgrade(empty_database)


def test_a_dry_run_prints_the_sql_and_changes_nothing(empty_database: str) -> None:
    """What it prints, run by hand, is the migration."""
    script = pending_sql(empty_database)

    with psycopg.connect(empty_database, autocommit=True) as connection:
        assert connection.execute("SELECT to_regnamespace('tiendo')").fetchone() == (None,)
        connection.execute(script)
    assert ((), ()) == upgrade(empty_database)


async def test_two_that_migrate_at_once_do_not_disturb_each_other(empty_database: str) -> None:
    """Replicas start together: one takes the steps, the other waits and finds them done."""
    taken = await asyncio.gather(*(asyncio.to_thread(upgrade, empty_database) for _ in range(2)))

    assert [(), STEPS] == sorted(one.steps for one in taken)


async def test_every_table_has_the_province_first_in_its_key_and_a_partition_for_each(
    database: str,
) -> None:
    """A province can be moved to a server of its own without touching the code."""
    connection = await connect(database, "test")
    rows = await connection.fetch("""
        SELECT t.relname,
            (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
             WHERE i.indrelid = t.oid AND i.indisprimary) AS first,
            (SELECT count(*) FROM pg_inherits WHERE inhparent = t.oid) AS partitions
        FROM pg_class t
        WHERE t.relnamespace = 'tiendo'::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
            AND t.relname <> 'migration'""")
    await connection.close()

    assert {("province", len(PROVINCES))} == {(row["first"], row["partitions"]) for row in rows}
    assert len(rows) == 33
    stays = {"progress", "tended", "decision", "engine", "engine_measure", *CATALOGUE}
    assert {row["relname"] for row in rows} == {*FOLDED, *stays}, "does a refold empty it or not?"


def test_a_database_that_is_away_is_named_without_its_password(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The operator reads what to look at; the address stays out of the message."""
    with pytest.raises(Unavailable, match="is it up") as caught:
        upgrade(f"postgresql://u:hunter2@/x?host={tmp_path_factory.mktemp('nobody')}")

    assert "hunter2" not in str(caught.value)
