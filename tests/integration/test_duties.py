"""`tiendo duties`: what the tables hold of reporting duties, as people and programs read it."""

import asyncio
import json

import pytest

from sinks.postgres.connection import connect
from sinks.postgres.ledger import Ledger
from sinks.postgres.listing import write_listing
from sinks.postgres.queries import VIEWS
from streams.cli.app import run
from tests.support.hand_made import LISTING, PROVINCE, changes

pytestmark = pytest.mark.integration


async def commit(database: str) -> None:
    """Write the hand-made rows, as the first owner's first transaction."""
    connection = await connect(database, "test")
    await write_listing(connection, LISTING, PROVINCE)
    await connection.close()
    ledger = Ledger(database, "engine-1")
    await ledger.commit(await ledger.claim(PROVINCE), changes())
    await ledger.close()


def test_duties_are_shown_as_a_table_and_as_json(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table has the late report first; JSON has the view's columns in their order; another province has none."""
    asyncio.run(commit(database))
    monkeypatch.setenv("TIENDO_POSTGRES_DSN", database)

    assert 0 == run(["duties"])
    table = capsys.readouterr().out
    assert 0 == run(["duties", "--province", PROVINCE, "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert 0 == run(["duties", "--province", "tra-vinh", "--json"])

    assert table.index("trễ hạn 1: B") < table.index("không có hạn")
    assert ["filed_late", "late", "not_due", "not_measurable"] == [row["state"] for row in rows]
    assert list(VIEWS["reporting_duty"]) == list(rows[0])
    assert [] == json.loads(capsys.readouterr().out)
