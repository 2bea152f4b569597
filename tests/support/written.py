"""Rows made by hand, written to a real ledger: who writes them, and how many there are then."""

from collections.abc import AsyncIterator

import pytest

from models.changes import Changes
from sinks.postgres.connection import Connection
from sinks.postgres.ledger import Ledger
from sinks.postgres.listing import write_listing
from tests.support.hand_made import LISTING, PROVINCE

TABLES = (
    *("subject", "pane", "kept", "agency", "kpi", "kpi_history", "attainment", "target_reading"),
    *("obligation", "problem_standing", "alert", "alert_history", "outbox", "dead_letter", "feed"),
    "close",
)


@pytest.fixture
async def ledger(database: str, connection: Connection) -> AsyncIterator[Ledger]:
    """A worker's ledger, on a database with the listing."""
    await write_listing(connection, LISTING, PROVINCE)
    opened = Ledger(database, "engine-1")
    yield opened
    await opened.close()


@pytest.fixture
async def rival(database: str) -> AsyncIterator[Ledger]:
    """Another worker's ledger."""
    opened = Ledger(database, "engine-1")
    yield opened
    await opened.close()


async def rows_by_table(connection: Connection) -> dict[str, int]:
    """Count the rows of every table that a commit writes."""
    return {
        table: await connection.fetchval(f"SELECT count(*) FROM tiendo.{table}")  # noqa: S608 - constants
        for table in TABLES
    }


async def commit(database: str, connection: Connection, written: Changes) -> None:
    """Write the listing, then `written` as the first owner's first transaction."""
    await write_listing(connection, LISTING, PROVINCE)
    ledger = Ledger(database, "engine-1")
    await ledger.commit(await ledger.claim(PROVINCE), written)
    await ledger.close()
