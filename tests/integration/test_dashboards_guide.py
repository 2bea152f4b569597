"""The guide for dashboards: its queries run on a simulated province, and each finds something."""

import asyncio
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from models.facts import Record
from sinks.postgres.connection import connect
from sinks.postgres.queries import VIEWS
from streams.simulator import simulate
from tests.support.folded import fold_log_into

pytestmark = pytest.mark.integration

PAGE: Final = Path(__file__).parents[2] / "deploy/docs/for-dashboards.md"
TEXT: Final = PAGE.read_text(encoding="utf-8")
RUN: Final = re.compile(r"^```sql run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STATEMENTS: Final = [
    statement.strip()
    for block in RUN.findall(TEXT)
    for statement in block.split(";")
    if statement.strip()
]
PROVINCE: Final = "tra-vinh"
DAYS: Final = 100
NOW_MS: Final = 1_800_000_000_000


async def answers(dsn: str) -> list[list[tuple[object, ...]]]:
    """Return what each query of the page gives, to a role that may only read, of the first days of a plan."""
    log = [
        Record(PROVINCE, offset, NOW_MS, None, line)
        for offset, line in enumerate(simulate(1, [PROVINCE], DAYS))
    ]
    await fold_log_into(dsn, PROVINCE, log, date(2019, 4, 10))
    reader = await connect(dsn, "test", {"role": "tiendo_reader"})
    try:
        return [
            [tuple(row.values()) for row in await reader.fetch(statement)]
            for statement in STATEMENTS
        ]
    finally:
        await reader.close()


def test_every_query_of_the_page_finds_something(database: str) -> None:
    """As the dashboards' role; and what the page says of agencies put together is true: it is the province's own figure."""
    found = asyncio.run(answers(database))

    assert [] == [statement for statement, rows in zip(STATEMENTS, found, strict=True) if not rows]
    current = {(row[0], row[1]): row[2:5] for row in found[0]}
    ((share, decided),) = next(
        rows
        for statement, rows in zip(STATEMENTS, found, strict=True)
        if statement.startswith("SELECT round(100 * sum(numerator)")
    )
    value, _, denominator = current["dossiers_on_time_share", "year"]
    assert (value, denominator) == (share, decided)
    assert isinstance(share, Decimal)
    assert 0 < share < 100


def test_the_page_speaks_of_views_that_there_are() -> None:
    """Also in the queries that only Grafana can run."""
    assert set(re.findall(r"\bapi\.(\w+)", TEXT)) <= VIEWS.keys()
    assert 10 <= len(STATEMENTS)
