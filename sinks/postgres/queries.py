"""Reads the views of schema `api`, for the command line: rows as dicts with the columns of the contract, in key order.

Numerics come as int or, where they have decimals, Decimal; days as dates; instants as aware datetimes.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from models.changes import Changes, Mark
from models.errors import TiendoError
from sinks.postgres.connection import (
    CONNECT_SECONDS,
    Connection,
    connect,
    decided,
)
from sinks.postgres.reads import MARK_COLUMNS, mark_of
from sinks.postgres.writes import figure_writes

Row = dict[str, Any]

VIEWS: Final[dict[str, tuple[str, ...]]] = {
    "kpi_current": (
        *("province", "plan", "indicator", "agency", "window", "as_of", "value", "numerator"),
        *("denominator", "unit", "watermark", "provisional", "definition_version"),
    ),
    "kpi_daily": (
        *("province", "plan", "indicator", "agency", "day", "value", "numerator", "denominator"),
    ),
    "kpi_history": (
        *("province", "plan", "indicator", "agency", "window", "closed_day", "value", "numerator"),
        *("denominator", "definition_version"),
    ),
    "target_attainment": (
        *("province", "plan", "target", "kind", "operator", "target_value", "unit", "deadline"),
        *("as_of", "value", "numerator", "denominator", "baseline_value", "expected_value", "pace"),
        *("forecast_date", "status", "status_since", "reason", "measurability", "section"),
        *("text_vi", "text_en"),
    ),
    "target_definition": (
        *("province", "plan", "target", "house_rule_vi", "house_rule_en", "readings_vi"),
        *("readings_en", "overlaps_with", "baseline_value", "baseline_unit", "baseline_qualifier"),
        *("baseline_date", "baseline_section", "missing_vi", "missing_en", "upper_value"),
        "counted",
    ),
    "target_reading": (
        *("province", "plan", "target", "reading_day", "value", "numerator", "denominator"),
        *("expected_value", "pace", "forecast_date", "status", "status_since", "reason"),
        *("section", "name_vi", "name_en"),
    ),
    "baseline": (
        *("province", "plan", "baseline", "section", "metric_vi", "metric_en", "value", "unit"),
        *("qualifier", "since", "date", "golden", "note"),
    ),
    "inconsistency": (
        *("province", "plan", "inconsistency", "section", "status", "text_vi", "text_en"),
        *("reading_vi", "reading_en", "targets"),
    ),
    "reporting_duty": (
        *("province", "plan", "duty", "reporter", "reporter_name", "recipient", "period"),
        *("due_on", "as_of", "state", "filed_on", "days_late", "section", "text_vi", "text_en"),
        *("house_rule_vi", "house_rule_en", "reason"),
    ),
    "problem": (
        *("province", "plan", "problem", "section", "basis", "text_vi", "text_en", "detectable"),
        *("state", "since", "value", "numerator", "denominator", "unit", "operator", "threshold"),
        *("as_of", "house_rule_vi", "house_rule_en", "why_vi", "why_en"),
    ),
    "alert": (
        *("alert_id", "dedup_key", "province", "plan", "rule", "target", "agency", "severity"),
        *("state", "reason_vi", "reason_en", "value", "expected", "starts_at", "ends_at"),
        *("revision", "closed_day"),
    ),
    "alert_history": (
        *("alert_id", "dedup_key", "province", "plan", "rule", "target", "agency", "severity"),
        *("state", "reason_vi", "reason_en", "value", "expected", "starts_at", "ends_at"),
        *("revision", "closed_day"),
    ),
    "feed_health": (
        *("province", "agency", "source", "last_event_time", "last_received", "events"),
        *("duplicates", "stale", "dead_letters", "silent_since", "registered"),
    ),
    "dead_letter": (
        *("province", "topic", "partition", "offset", "reason", "field", "detail", "event_id"),
        *("source", "agency", "received_at", "replayed_at"),
    ),
}
"""The views with their columns, names and order."""

_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "kpi_current": ("province", "plan", "indicator", "agency", "window"),
    "kpi_daily": ("province", "plan", "indicator", "agency", "day"),
    "kpi_history": ("province", "plan", "indicator", "agency", "window", "closed_day"),
    "target_attainment": ("province", "plan", "target"),
    "target_definition": ("province", "plan", "target"),
    "target_reading": ("province", "plan", "target", "reading_day"),
    "baseline": ("province", "plan", "baseline"),
    "inconsistency": ("province", "plan", "inconsistency"),
    "reporting_duty": ("province", "plan", "duty", "due_on", "period", "reporter"),
    "problem": ("province", "plan", "problem"),
    "alert": ("province", "dedup_key", "starts_at", "alert_id"),
    "alert_history": ("province", "dedup_key", "alert_id", "revision"),
    "feed_health": ("province", "agency", "source"),
    "dead_letter": ("province", "topic", "partition", "offset"),
}

_FORGET: Final = """
DELETE FROM tiendo.kpi WHERE province = $1;
DELETE FROM tiendo.attainment WHERE province = $1;
DELETE FROM tiendo.agency WHERE province = $1"""
_READ_AS_OF: Final = """
UPDATE tiendo.progress SET as_of = tiendo.day($2), closed_day = tiendo.day($3) WHERE province = $1"""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A province as of an earlier day, with all facts known now."""

    kpi_current: list[Row]
    target_attainment: list[Row]


def _select(view: str) -> str:
    columns = ", ".join(f'"{column}"' for column in VIEWS[view])
    order = ", ".join(f'"{column}"' for column in _KEYS[view])
    return f"SELECT {columns} FROM api.{view} WHERE province = ANY($1::text[]) ORDER BY {order}"  # noqa: S608 - constants


_MARK: Final = f"""
SELECT {MARK_COLUMNS}, engine_version FROM tiendo.progress WHERE province = $1"""  # noqa: S608 - constants

_SELECT: Final = {view: _select(view) for view in VIEWS}


@asynccontextmanager
async def reading(dsn: str) -> AsyncIterator[Connection]:
    """Open a connection for queries; Unavailable when Postgres is away or has no tables yet, Forbidden when it refuses us."""
    connection: Connection | None = None
    try:
        connection = await connect(dsn, "tiendo reader")
        yield connection
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        decision = decided(error)
        if decision is not None:
            raise decision from error
        raise
    finally:
        if connection is not None and not connection.is_closed():
            await connection.close(timeout=CONNECT_SECONDS)


async def kpi_current(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return every indicator's figures over each of its windows."""
    return await _read(connection, "kpi_current", provinces)


async def kpi_daily(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return the indicators day by day."""
    return await _read(connection, "kpi_daily", provinces)


async def target_attainment(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return how each target stood at the last closed day."""
    return await _read(connection, "target_attainment", provinces)


async def target_definition(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return what is read into each target, and what its plan says beside it."""
    return await _read(connection, "target_definition", provinces)


async def target_reading(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return how each target stands on the days on which its plan is read as well."""
    return await _read(connection, "target_reading", provinces)


async def baseline(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return the states that the plans print."""
    return await _read(connection, "baseline", provinces)


async def inconsistency(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return where the plans contradict themselves, and the readings taken."""
    return await _read(connection, "inconsistency", provinces)


async def reporting_duty(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return how each report that a plan demands stood at the last closed day."""
    return await _read(connection, "reporting_duty", provinces)


async def problem(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return the problems that the plans speak of, and how they stood at the last closed day."""
    return await _read(connection, "problem", provinces)


async def alert(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return the present state of every alert."""
    return await _read(connection, "alert", provinces)


async def alert_history(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return every revision of every alert."""
    return await _read(connection, "alert_history", provinces)


async def feed_health(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return the counters of every feed."""
    return await _read(connection, "feed_health", provinces)


async def dead_letter(connection: Connection, provinces: Collection[str]) -> list[Row]:
    """Return the refused records, without their bytes."""
    return await _read(connection, "dead_letter", provinces)


async def folded(connection: Connection, province: str, engine_version: str) -> Mark | None:
    """Return how far a province is folded; None where nothing ever was.

    Raises:
        TiendoError: it was folded by another version of the catalogue: its measures may mean something else.
    """
    row = await connection.fetchrow(_MARK, province)
    if row is None:
        return None
    if row["engine_version"] not in {None, engine_version}:
        raise TiendoError(
            f"{province} was folded by another version of the catalogue or engine:"
            " explain it with the version that its workers run"
        )
    return mark_of(row)


async def read_back(connection: Connection, changes: Changes) -> ReadBack:
    """Return what the views would show of the changes' province if `changes` were all that is known of its figures.

    The rows are written, read through the views and rolled back: a figure is read by one path only.
    """
    province = changes.province
    transaction = connection.transaction()
    await transaction.start()
    try:
        for statement in _FORGET.split(";"):
            await connection.execute(statement, province)
        await connection.execute(_READ_AS_OF, province, changes.mark.as_of, changes.mark.closed)
        for sql, arguments in figure_writes(changes):
            await connection.execute(sql, *arguments)
        return ReadBack(
            kpi_current=await kpi_current(connection, [province]),
            target_attainment=await target_attainment(connection, [province]),
        )
    finally:
        if not connection.is_closed():
            await transaction.rollback()


async def _read(connection: Connection, view: str, provinces: Collection[str]) -> list[Row]:
    return [dict(row) for row in await connection.fetch(_SELECT[view], sorted(provinces))]
