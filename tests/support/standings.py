"""How targets, problems and alerts stand, by the tables of Postgres or by a fold in memory, to be held against each other.

No owner reads the rows of targets and problems back: a comparison of stored books leaves them out.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from models.changes import AlertRow, AttainmentRow, Figure, ProblemRow
from models.days import Day
from sinks.postgres.comparable import ALERT_NOW
from sinks.postgres.connection import Connection
from tests.support.fold import Tables

_STANDING = """
SELECT target, as_of - date '1970-01-01', value, numerator, denominator, expected_value, pace,
    forecast_date - date '1970-01-01', status, status_since - date '1970-01-01', reason
FROM tiendo.{table} WHERE province = $1"""
_PROBLEMS = """
SELECT problem, state, since - date '1970-01-01', value, numerator, denominator
FROM tiendo.problem_standing WHERE province = $1"""


class Standings(NamedTuple):
    """The rows by their keys."""

    attainment: dict[str, AttainmentRow]
    readings: dict[tuple[str, Day], AttainmentRow]
    problems: dict[str, ProblemRow]


def standings_of(tables: Tables) -> Standings:
    """Return the rows of a fold in memory."""
    return Standings(tables.attainment, tables.readings, tables.problems)


async def standings(connection: Connection, province: str) -> Standings:
    """Return the rows of a province."""

    async def rows(table: str) -> list[AttainmentRow]:
        found: list[Any] = await connection.fetch(_STANDING.format(table=table), province)
        return [AttainmentRow(row[0], row[1], Figure(*row[2:5]), *row[5:]) for row in found]

    problems: list[Any] = await connection.fetch(_PROBLEMS, province)
    return Standings(
        {row.target: row for row in await rows("attainment")},
        {(row.target, row.as_of): row for row in await rows("target_reading")},
        {row[0]: ProblemRow(row[0], row[1], row[2], Figure(*row[3:])) for row in problems},
    )


def standing_alerts(rows: Iterable[AlertRow]) -> list[tuple[object, ...]]:
    """Return what alerts say of the world now, in the columns that `tiendo verify` compares after an upgrade.

    Ids, revisions and what was withdrawn are history: versions differ in it.
    """
    return sorted(
        (
            tuple(getattr(row, name) for name in ALERT_NOW)
            for row in rows
            if row.state != "retracted"
        ),
        key=lambda row: row[:2],
    )
