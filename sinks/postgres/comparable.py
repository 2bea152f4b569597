"""Which tables of a province are compared when it is folded again, which columns and which rows of them.

Every column of every table that a fold writes is compared, unless it is named here: a table or column that is added later is
compared as well. Of the outbox those messages are compared that are still kept. Once several versions have folded a log, what they
published one after another is left out, and only that.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import asyncpg

from sinks.postgres.connection import Connection

NOT_FOLDED: Final = frozenset(
    {"engine", "engine_measure", "upgrade", "pane_next", "tended", "decision", "dead_letter_former"}
)
"""Tables of the upgrade, of who may fold and does, and of what operators decided: no record makes a row of theirs."""
ALERT_NOW: Final = (
    *("dedup_key", "starts_at"),
    *("plan", "rule", "target", "agency", "severity", "state", "ends_at"),
)
"""An alert's present state, unless it is retracted; the first two say which episode. One version and the log make it, whatever was
published before; its id, revision, texts and figures tell how it came about."""

_OTHERWISE: Final[Mapping[str, frozenset[str]]] = {
    "progress": frozenset(
        {
            *("epoch", "engine_version", "upgraded_day", "committed_at"),
            *("parked_reason", "parked_detail", "parked_at"),
        }
    ),
    "outbox": frozenset({"written_at", "published_at"}),
    "dead_letter": frozenset({"replayed_at"}),
}
"""Columns that say who works on a province and when, or what people and relays did with its rows."""
_AS_TEXT: Final = frozenset({"json", "numeric[]"})
"""Types that are compared as they are written."""
_PUBLISHED: Final = ("alert_history", "kpi_history", "outbox")
"""Tables of what was published: an earlier version's rows stay, and no fold of this one makes them again."""
_SEVERAL: Final = "several versions have published it"
_JUDGED: Final = ("alert", "attainment", "obligation", "problem_standing", "target_reading")
"""Tables that are written at a day's close, by what was known then."""
_NO_CLOSE: Final = "this version has closed no day of the province yet"

_COLUMNS: Final = """
SELECT t.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type,
    array_position(k.indkey::smallint[], a.attnum) AS place
FROM pg_class AS t
JOIN pg_index AS k ON k.indrelid = t.oid AND k.indisprimary
JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE t.relnamespace = 'tiendo'::regnamespace AND t.relkind = 'p'
ORDER BY t.relname, place NULLS LAST, a.attnum"""
_VERSIONS: Final = """
SELECT count(*) FROM tiendo.engine AS known JOIN tiendo.engine AS mine USING (province)
WHERE mine.province = $1 AND mine.version = $2 AND known.number <= mine.number"""
_FIRST_KEPT: Final = "SELECT min(seq) FROM tiendo.outbox WHERE province = $1"
_PRUNED: Final = "they were sent, and kept for as long as TIENDO_OUTBOX_KEEP_DAYS says"
_UNJUDGED: Final = """
SELECT coalesce(closed_day = upgraded_day, false) FROM tiendo.progress WHERE province = $1"""


class Table(NamedTuple):
    """What is compared of a table."""

    name: str
    key: tuple[str, ...]
    """Columns that name a row, but for the province; the first of them all."""
    columns: tuple[str, ...]
    """All columns as they are asked for."""
    names: tuple[str, ...]
    """Their names."""
    where: str = "true"
    """Which rows are compared."""

    def narrowed(self, names: Sequence[str]) -> "Table":
        """Return the table with these columns only, in this order."""
        columns = dict(zip(self.names, self.columns, strict=True))
        return self._replace(columns=tuple(columns[name] for name in names), names=tuple(names))


class LeftOut(NamedTuple):
    """What is not compared of a table."""

    table: str
    what: str
    why: str


class Comparable(NamedTuple):
    """What is compared of a province, and what is not."""

    tables: tuple[Table, ...]
    left_out: tuple[LeftOut, ...]


async def comparable(connection: Connection, province: str, version: str) -> Comparable:
    """Return what a fold by one version of the province's whole log has in common with the rows that are stored.

    Args:
        connection: to the rows that are stored.
        province: of which `version` has made the figures that stand.
        version: the one that folds the log again.
    """
    tables = await tables_of(connection)
    if await connection.fetchval(_VERSIONS, province, version) == 1:
        return _kept_only(tables, await connection.fetchval(_FIRST_KEPT, province))
    return after_upgrade(tables, unjudged=await connection.fetchval(_UNJUDGED, province))


def _kept_only(tables: Collection[Table], first: int | None) -> Comparable:
    """Return all that is compared, of the outbox the messages from `first` on: relays clear away from the front, and never all."""
    if first is None or first == 1:
        return Comparable(tuple(tables), ())
    return Comparable(
        tuple(
            table._replace(where=f"seq >= {first}") if table.name == "outbox" else table
            for table in tables
        ),
        (LeftOut("outbox", f"the messages before no. {first}", _PRUNED),),
    )


async def tables_of(connection: Connection) -> list[Table]:
    """Return all that one version alone would have made, by the database's own account of its tables."""
    found: dict[str, list[asyncpg.Record]] = {}
    for row in await connection.fetch(_COLUMNS):
        found.setdefault(row["table"], []).append(row)
    return [_table(name, rows) for name, rows in found.items() if name not in NOT_FOLDED]


def _table(name: str, rows: Collection[asyncpg.Record]) -> Table:
    left_out = _OTHERWISE.get(name, frozenset())
    compared = [row for row in rows if row["name"] not in {*left_out, "province"}]
    return Table(
        name,
        tuple(row["name"] for row in compared if row["place"] is not None),
        tuple(
            f'"{row["name"]}"::text' if row["type"] in _AS_TEXT else f'"{row["name"]}"'
            for row in compared
        ),
        tuple(row["name"] for row in compared),
    )


def after_upgrade(tables: Collection[Table], *, unjudged: bool) -> Comparable:
    """Return what the present version alone would have made too, of a province that another version has begun.

    Args:
        tables: all that is compared otherwise.
        unjudged: no day has closed since, so that what was judged last was judged by what was known then, or by the other version.
    """
    left_out = [LeftOut(name, "all", _SEVERAL) for name in _PUBLISHED]
    if unjudged:
        left_out += [LeftOut(name, "all", _NO_CLOSE) for name in _JUDGED]
    gone = {one.table for one in left_out}
    kept = {table.name: table for table in tables if table.name not in gone}
    progress, alert = kept["progress"], kept.get("alert")
    kept["progress"] = progress.narrowed([one for one in progress.names if one != "outbox_seq"])
    left_out.append(LeftOut("progress", "outbox_seq", _SEVERAL))
    if alert is not None:
        kept["alert"] = alert.narrowed(ALERT_NOW)._replace(
            key=ALERT_NOW[:2], where="state <> 'retracted'"
        )
        history = ", ".join(sorted({*alert.names} - {*ALERT_NOW}))
        left_out.append(LeftOut("alert", f"{history}; retracted rows", _SEVERAL))
    return Comparable(tuple(kept.values()), tuple(sorted(left_out)))
