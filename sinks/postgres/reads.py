"""What the fold reads back: the mark, parts of subjects, and at a claim the whole book of a province.

Values come back as the fold wrote them: days and instants as numbers, amounts as int or Decimal, equal strings as one object.
"""

import sys
from collections.abc import Collection, Iterable
from typing import Any, Final

import asyncpg

from models.changes import (
    AgencyRow,
    AlertRow,
    Amount,
    FeedRow,
    Figure,
    KpiKey,
    Mark,
    ObligationKey,
    ObligationRow,
    PaneKey,
    PartKey,
    PartRequest,
    StoredBook,
)
from models.days import Day
from sinks.postgres.connection import Connection, number

LOAD_SECONDS: Final = 600.0
"""Longest wait for one statement of a load."""
_PANES_A_FETCH: Final = 20_000

_EPOCH: Final = "date '1970-01-01'"
MARK_COLUMNS: Final = f"""next_offset, last_crc, first_day - {_EPOCH} AS first_day, as_of - {_EPOCH} AS as_of,
closed_day - {_EPOCH} AS closed, tiendo.microseconds(watermark) AS watermark, outbox_seq,
dead_letters, dead_letters_kept, dead_letter_bytes"""
"""The columns of `tiendo.progress` that make a Mark, under the names of its fields."""

_PARTS: Final = """
SELECT kind, key, part, facts FROM tiendo.subject
WHERE province = $1 AND kind = ANY($2::text[]) AND key = ANY($3::text[]) AND part = ANY($4::text[])"""
_ALL_PARTS: Final = """
SELECT kind, key, part, facts FROM tiendo.subject
WHERE province = $1 AND kind = ANY($2::text[]) AND key = ANY($3::text[])"""

_PANES: Final = f"""
SELECT measure, bucket, agency, day - {_EPOCH}, amount FROM tiendo.pane WHERE province = $1"""  # noqa: S608 - a constant
_PANES_OF: Final = f"{_PANES} AND measure = ANY($2::text[])"
_PANES_BETWEEN: Final = f"""
SELECT measure, bucket, agency, max(day) - {_EPOCH}, sum(amount) FROM tiendo.pane
WHERE province = $1 AND measure = ANY($2::text[])
GROUP BY measure, bucket, agency, width_bucket(day - {_EPOCH}, $3::integer[])
HAVING sum(amount) <> 0"""  # noqa: S608 - a constant
_UPGRADED_PANES: Final = f"""
{_PANES_OF}
UNION ALL
SELECT measure, bucket, agency, day - {_EPOCH}, amount FROM tiendo.pane_next WHERE province = $1 AND amount <> 0"""  # noqa: S608 - a constant
_KEPT: Final = "SELECT type, agency, facts FROM tiendo.kept WHERE province = $1"
_KPI: Final = """
SELECT plan, indicator, agency, "values"::text, numerators::text, denominators::text
FROM tiendo.kpi WHERE province = $1"""
_AGENCIES: Final = f"""
SELECT code, registered, active, silent_since - {_EPOCH} FROM tiendo.agency WHERE province = $1"""  # noqa: S608 - a constant
# The order is that of the primary key read backwards: no sort, however long the history.
_PUBLISHED: Final = """
SELECT DISTINCT ON (plan, indicator, agency, "window")
    plan, indicator, agency, "window", value, numerator, denominator
FROM tiendo.kpi_history WHERE province = $1
ORDER BY plan DESC, indicator DESC, agency DESC, "window" DESC, closed_day DESC"""
_OBLIGATIONS: Final = f"""
SELECT duty, period, reporter, due_on - {_EPOCH}, state, filed_on - {_EPOCH}
FROM tiendo.obligation WHERE province = $1"""  # noqa: S608 - a constant
_ALERTS: Final = f"""
SELECT alert_id, dedup_key, plan, rule, target, agency, severity, state, reason_vi, reason_en, value, expected,
    starts_at - {_EPOCH}, ends_at - {_EPOCH}, revision, closed_day - {_EPOCH}, action
FROM tiendo.alert WHERE province = $1 ORDER BY alert_id"""  # noqa: S608 - a constant
_FEEDS: Final = """
SELECT agency, source, tiendo.microseconds(last_event_time), tiendo.microseconds(last_received),
    events, duplicates, stale, dead_letters
FROM tiendo.feed WHERE province = $1"""
_READ_BEFORE: Final = """
SELECT coalesce(sum(mark_before - mark_after), 0)::bigint FROM tiendo.decision AS d
WHERE province = $1 AND choice = 'go_on' AND mark_after < mark_before AND number > (
    SELECT coalesce(max(number), 0) FROM tiendo.decision AS r WHERE r.province = $1 AND r.choice = 'refold')"""
_REGISTERS: Final = """
SELECT kind, key, part, facts FROM tiendo.subject WHERE province = $1 AND kind = 'agency' AND part = ''"""


def mark_of(row: asyncpg.Record) -> Mark:
    """Make the mark of a row with `MARK_COLUMNS`."""
    return Mark(**{name: row[name] for name in Mark.__dataclass_fields__})


async def read_parts(
    connection: Connection, province: str, requests: Collection[PartRequest]
) -> dict[PartKey, bytes]:
    """Return the stored parts among those requested; what is not stored is not there."""
    whole = {(request.kind, request.key) for request in requests if request.part is None}
    exact = {request for request in requests if request.part is not None}
    found: dict[PartKey, bytes] = {}
    # Arrays of keys find rows twice as fast as a join does, but find combinations that nobody asked for too.
    if exact:
        kinds, keys, parts = (sorted(set(column)) for column in zip(*exact, strict=True))
        for kind, key, part, facts in await connection.fetch(_PARTS, province, kinds, keys, parts):
            if (kind, key, part) in exact:
                found[PartKey(kind, key, part)] = facts
    if whole:
        kinds, keys = (sorted(set(column)) for column in zip(*whole, strict=True))
        for kind, key, part, facts in await connection.fetch(_ALL_PARTS, province, kinds, keys):
            if (kind, key) in whole:
                found[PartKey(kind, key, part)] = facts
    return found


async def load_book(
    connection: Connection, province: str, mark: Mark, kept: Collection[str] | None = None
) -> StoredBook:
    """Return the province's book, whose mark was read in the same transaction (repeatable read).

    With `kept` its panes are those of an upgrade: of these measures as they are, and those that were made anew.
    """

    async def rows(sql: str) -> list[Any]:
        return await connection.fetch(sql, province, timeout=LOAD_SECONDS)

    await connection.execute(f"SET LOCAL statement_timeout = '{LOAD_SECONDS}s'")
    return StoredBook(
        mark=mark,
        panes=await _panes(connection, province, kept),
        kept={
            (sys.intern(kind), sys.intern(agency)): facts
            for kind, agency, facts in await rows(_KEPT)
        },
        kpi={KpiKey(*row[:3]): _figures(row[3], row[4], row[5]) for row in await rows(_KPI)},
        agencies={row[0]: AgencyRow(*row) for row in await rows(_AGENCIES)},
        published={(KpiKey(*row[:3]), row[3]): Figure(*row[4:]) for row in await rows(_PUBLISHED)},
        alerts=tuple(AlertRow(*row) for row in await rows(_ALERTS)),
        feeds={(row[0], row[1]): FeedRow(*row) for row in await rows(_FEEDS)},
        registers={PartKey(*row[:3]): row[3] for row in await rows(_REGISTERS)},
        obligations={
            key: ObligationRow(key, *row[3:])
            for row in await rows(_OBLIGATIONS)
            for key in [ObligationKey(*row[:3])]
        },
        read_before=await connection.fetchval(_READ_BEFORE, province),
    )


async def load_excerpt(
    connection: Connection,
    province: str,
    mark: Mark,
    measures: Collection[str],
    edges: Collection[int] | None = None,
) -> StoredBook:
    """Return of the province's book what figures of some measures are made of; nothing of what was written of them.

    The mark was read in the same transaction (repeatable read), so a worker may go on beside it.
    With `edges` the panes between two of them are one: enough for sums over days that begin on an edge and end before one.
    """
    panes = (
        await connection.fetch(_PANES_OF, province, sorted(measures), timeout=LOAD_SECONDS)
        if edges is None
        else await connection.fetch(
            _PANES_BETWEEN, province, sorted(measures), sorted(edges), timeout=LOAD_SECONDS
        )
    )
    return StoredBook(
        mark=mark,
        panes={
            PaneKey(measure, bucket, agency, Day(day)): amount
            for measure, bucket, agency, day, amount in panes
        },
        kept={
            (kind, agency): facts for kind, agency, facts in await connection.fetch(_KEPT, province)
        },
        kpi={},
        agencies={},
        published={},
        alerts=(),
        feeds={},
        registers={
            PartKey(*row[:3]): row[3] for row in await connection.fetch(_REGISTERS, province)
        },
        obligations={},
    )


async def _panes(
    connection: Connection, province: str, kept: Collection[str] | None
) -> dict[PaneKey, Amount]:
    """Read the panes in portions: there may be a million, and their rows need not be held beside the result."""
    panes: dict[PaneKey, Amount] = {}
    intern = sys.intern
    asked = (_PANES, province) if kept is None else (_UPGRADED_PANES, province, sorted(kept))
    cursor = await connection.cursor(*asked)
    while rows := await cursor.fetch(_PANES_A_FETCH, timeout=LOAD_SECONDS):
        for measure, bucket, agency, day, amount in rows:
            panes[PaneKey(intern(measure), intern(bucket), intern(agency), Day(day))] = amount
    return panes


def _figures(values: str, numerators: str, denominators: str) -> tuple[Figure, ...]:
    columns = (_numbers(values), _numbers(numerators), _numbers(denominators))
    return tuple(Figure(*figure) for figure in zip(*columns, strict=True))


def _numbers(literal: str) -> Iterable[Amount | None]:
    """Read the literal of a numeric[]."""
    return [None if item == "NULL" else number(item) for item in literal[1:-1].split(",")]
