"""Changes as statements with arguments: which rows one transaction writes, and in which order.

Pure: everything is made before the transaction begins, so that it holds its locks no longer than Postgres needs. Rows
travel as one array a column, in key order; a table without changes costs nothing.
Numbers travel as text: Postgres reads it faster than asyncpg packs a Decimal.
"""

import functools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple, TypeVar

from models.changes import (
    AgencyRow,
    AlertRow,
    Amount,
    AttainmentRow,
    Changes,
    Figure,
)
from models.topics import progress_topic
from sinks.postgres import statements
from sinks.postgres.copies import are_copied
from sinks.postgres.headers import headers_json, storable

Key = TypeVar("Key")
Value = TypeVar("Value")

_ALERT_VALUE: Final = AlertRow._fields.index("value")
"""Place of an alert's `value` among its columns; `expected` is the next."""


class Write(NamedTuple):
    """A statement with its arguments, the province first."""

    sql: str
    arguments: tuple[object, ...]


def together(several: Sequence[Write]) -> Write:
    """Return one statement that does what `several` do, so that a small batch is not made of round trips.

    All see the tables as they were before: no two may write the same row.
    """
    province = several[0].arguments[:1]
    columns = [column for write in several for column in write.arguments[1:]]
    shapes = tuple((write.sql, len(write.arguments) - 1) for write in several)
    return Write(_joined(shapes), (*province, *columns))


@functools.lru_cache(maxsize=256)
def _joined(shapes: tuple[tuple[str, int], ...]) -> str:
    """Return the statements, each with its number of arguments beside the province, as the parts of one WITH."""
    parts, before = [], 0
    for number, (sql, arguments) in enumerate(shapes):
        parts.append(f"write_{number} AS ({_renumbered(sql, before)})")
        before += arguments
    return f"WITH {', '.join(parts)} SELECT 1"


def _renumbered(sql: str, before: int) -> str:
    """Move all parameters but the province behind `before` others."""

    def moved(parameter: re.Match[str]) -> str:
        number = int(parameter[1])
        return f"${number if number == 1 else number + before}"

    return re.sub(r"\$(\d+)", moved, sql)


def writes(changes: Changes) -> list[Write]:
    """Return the statements that write the rows of `changes` that `copies` leaves; the mark is not among them."""
    return [
        *_parts(changes),
        *_panes(changes),
        *_kept(changes),
        *_history(changes),
        *_write(statements.INSERT_CLOSES, changes.province, changes.closes),
        *_obligations(changes),
        *_problems(changes),
        *_alerts(changes.province, changes.alerts),
        *_outbox(changes),
        *_dead_letters(changes),
        *_feeds(changes),
        *figure_writes(changes),
    ]


def figure_writes(changes: Changes) -> Iterator[Write]:
    """Yield the statements for what is read as of a day: agencies, figures and attainment."""
    yield from _agencies(changes.province, changes.agencies)
    yield from _write(
        statements.UPSERT_KPI,
        changes.province,
        [
            (*key, *(_numbers(column) for column in zip(*figures, strict=True)))
            for key, figures in sorted(changes.kpi.items())
            if figures is not None
        ],
    )
    gone = sorted(key for key, figures in changes.kpi.items() if figures is None)
    yield from _write(statements.DELETE_KPI, changes.province, gone)
    standing = [row for _, row in sorted(changes.attainment.items())]
    for sql, rows in (
        (statements.UPSERT_ATTAINMENT, standing),
        (statements.UPSERT_READINGS, sorted(changes.readings, key=lambda row: row[:2])),
    ):
        yield from _write(sql, changes.province, [_standing(row) for row in rows])


def _write(sql: str, province: str, rows: Collection[tuple[object, ...]]) -> Iterator[Write]:
    """Yield the statement with a column an argument; none where there are no rows."""
    if rows:
        yield Write(sql, (province, *zip(*rows, strict=True)))


def _parts(changes: Changes) -> Iterator[Write]:
    parts = _left(changes.parts, changes.new_parts)
    kept = sorted([(*key, facts) for key, facts in parts if facts is not None])
    gone = sorted([tuple(key) for key, facts in parts if facts is None])
    yield from _write(statements.UPSERT_PARTS, changes.province, kept)
    yield from _write(statements.DELETE_PARTS, changes.province, gone)


def _panes(changes: Changes) -> Iterator[Write]:
    # Plain tuples are sorted in a third of the time that their named kin take.
    panes = _left(changes.panes, changes.new_panes)
    kept = sorted([(*key, str(amount)) for key, amount in panes if amount != 0])
    gone = sorted([tuple(key) for key, amount in panes if amount == 0])
    yield from _write(statements.UPSERT_PANES, changes.province, kept)
    yield from _write(statements.DELETE_PANES, changes.province, gone)


def _left(rows: Mapping[Key, Value], new: AbstractSet[Key]) -> Collection[tuple[Key, Value]]:
    """Return the rows that are not copied, in any order."""
    if not are_copied(new):
        return rows.items()
    return [(key, rows[key]) for key in rows.keys() - new]


def _kept(changes: Changes) -> Iterator[Write]:
    kept = sorted((*key, facts) for key, facts in changes.kept.items() if facts != 0)
    gone = sorted(key for key, facts in changes.kept.items() if facts == 0)
    yield from _write(statements.UPSERT_KEPT, changes.province, kept)
    yield from _write(statements.DELETE_KEPT, changes.province, gone)


def _agencies(province: str, agencies: Mapping[str, AgencyRow | None]) -> Iterator[Write]:
    kept = [row for _, row in sorted(agencies.items()) if row is not None]
    gone = sorted((code,) for code, row in agencies.items() if row is None)
    yield from _write(statements.UPSERT_AGENCIES, province, kept)
    yield from _write(statements.DELETE_AGENCIES, province, gone)


def _history(changes: Changes) -> Iterator[Write]:
    if not are_copied(changes.history):
        rows = [
            (*row.key, row.window, row.closed_day, *_figure(row.figure), row.definition_version)
            for row in changes.history
        ]
        yield from _write(statements.INSERT_HISTORY, changes.province, sorted(rows))


def _obligations(changes: Changes) -> Iterator[Write]:
    rows = changes.obligations.items()
    kept = sorted((*key, *row[1:]) for key, row in rows if row is not None)
    gone = sorted(key for key, row in rows if row is None)
    yield from _write(statements.UPSERT_OBLIGATIONS, changes.province, kept)
    yield from _write(statements.DELETE_OBLIGATIONS, changes.province, gone)


def _problems(changes: Changes) -> Iterator[Write]:
    yield from _write(
        statements.UPSERT_PROBLEMS,
        changes.province,
        [
            (row.problem, row.state, row.since, *_figure(row.figure))
            for _, row in sorted(changes.problems.items())
        ],
    )


def _alerts(province: str, alerts: Sequence[AlertRow]) -> Iterator[Write]:
    present = {row.alert_id: row for row in alerts}
    history = sorted(alerts, key=lambda row: (row.alert_id, row.revision))
    yield from _write(statements.INSERT_ALERT_HISTORY, province, [_alert(row) for row in history])
    yield from _write(
        statements.UPSERT_ALERTS, province, [_alert(row) for _, row in sorted(present.items())]
    )


def _alert(row: AlertRow) -> tuple[object, ...]:
    before, after = row[:_ALERT_VALUE], row[_ALERT_VALUE + 2 :]
    return (*before, _number(row.value), _number(row.expected), *after)


def _outbox(changes: Changes) -> Iterator[Write]:
    yield from _write(
        statements.INSERT_OUTBOX,
        changes.province,
        [
            (row.seq, row.topic, row.key, row.value, headers_json(row.headers))
            for row in sorted(changes.outbox, key=lambda row: row.seq)
        ],
    )


def _dead_letters(changes: Changes) -> Iterator[Write]:
    rows = [
        (
            letter.record.offset,
            letter.reason,
            None if letter.field is None else storable(letter.field),
            storable(letter.detail),
            None if letter.event_id is None else storable(letter.event_id),
            storable(letter.source),
            storable(letter.agency),
            letter.record.timestamp_ms * 1000,
            letter.record.key,
            letter.record.value,
            headers_json(letter.record.headers),
        )
        for letter in sorted(changes.dead_letters, key=lambda letter: letter.record.offset)
    ]
    for write in _write(statements.INSERT_DEAD_LETTERS, changes.province, rows):
        yield Write(
            write.sql, (changes.province, progress_topic(changes.province), *write.arguments[1:])
        )


def _feeds(changes: Changes) -> Iterator[Write]:
    yield from _write(
        statements.UPSERT_FEEDS, changes.province, [row for _, row in sorted(changes.feeds.items())]
    )


def _standing(row: AttainmentRow) -> tuple[object, ...]:
    return (
        row.target,
        row.as_of,
        *_figure(row.figure),
        _number(row.expected),
        _number(row.pace),
        row.forecast,
        row.status,
        row.status_since,
        row.reason,
    )


def _number(amount: Amount | None) -> str | None:
    return None if amount is None else str(amount)


def _numbers(amounts: Sequence[Amount | None]) -> str:
    """Return the literal of a numeric[]."""
    return "{" + ",".join(["NULL" if amount is None else str(amount) for amount in amounts]) + "}"


def _figure(figure: Figure) -> tuple[str | None, str | None, str | None]:
    return _number(figure.value), _number(figure.numerator), _number(figure.denominator)
