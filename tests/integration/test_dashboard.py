"""The dashboard's questions to Postgres, put to a database with the newest schema."""

import json
from pathlib import Path

import psycopg
import pytest

pytestmark = pytest.mark.integration

BOARD = Path(__file__).parents[2] / "deploy/grafana/dashboards/tiendo.json"


def test_every_panel_reads_views_and_columns_that_exist(database: str) -> None:
    """Postgres itself says so; Grafana puts quoted slugs in the place of the variable."""
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    asked = [
        target["rawSql"]
        for panel in board["panels"]
        for target in panel["targets"]
        if "rawSql" in target
    ]
    asked += [variable["query"] for variable in board["templating"]["list"]]

    with psycopg.connect(database) as connection:
        for statement in asked:
            filled = statement.replace("$province", "'tra-vinh', 'dong-nai'")
            assert connection.execute(f"EXPLAIN {filled}").fetchall()

    assert len(asked) == 5
