"""What Postgres holds of a province, read by statements of the harness's own."""

from collections.abc import Mapping
from typing import Any, Final

import psycopg

_EPOCH: Final = "date '1970-01-01'"
_STANDING: Final = (
    f"""expected_value, pace, forecast_date - {_EPOCH}, status, status_since - {_EPOCH}, reason"""
)
_ALERT: Final = f"""dedup_key, plan, rule, target, agency, severity, state, reason_vi, reason_en, value, expected,
    starts_at - {_EPOCH}, ends_at - {_EPOCH}, revision, closed_day - {_EPOCH}, action"""

TABLES: Final[Mapping[str, tuple[int, str]]] = {
    "progress": (
        0,
        f"""next_offset, last_crc, first_day - {_EPOCH}, as_of - {_EPOCH}, closed_day - {_EPOCH},
        (extract(epoch FROM watermark) * 1000000)::bigint, outbox_seq, dead_letters, dead_letters_kept, dead_letter_bytes""",
    ),
    "subject": (3, "kind, key, part, facts"),
    "pane": (4, f"measure, bucket, agency, day - {_EPOCH}, amount"),
    "kept": (2, "type, agency, facts"),
    "agency": (1, f"code, registered, active, silent_since - {_EPOCH}"),
    "kpi": (3, 'plan, indicator, agency, "values", numerators, denominators'),
    "kpi_history": (
        5,
        f"""plan, indicator, agency, "window", closed_day - {_EPOCH}, value, numerator, denominator,
        definition_version""",
    ),
    "close": (1, f"closed_day - {_EPOCH}, next_offset"),
    "attainment": (1, f"target, as_of - {_EPOCH}, value, numerator, denominator, {_STANDING}"),
    "target_reading": (2, f"target, as_of - {_EPOCH}, value, numerator, denominator, {_STANDING}"),
    "obligation": (3, f"duty, period, reporter, due_on - {_EPOCH}, state, filed_on - {_EPOCH}"),
    "problem_standing": (1, f"problem, state, since - {_EPOCH}, value, numerator, denominator"),
    "alert": (1, f"alert_id, {_ALERT}"),
    "alert_history": (2, f"alert_id, revision, {_ALERT}"),
    "outbox": (1, "seq, topic, key, value"),
    "dead_letter": (
        1,
        """"offset", reason, field, detail, event_id, source, agency,
        (extract(epoch FROM received_at) * 1000000)::bigint, key, value""",
    ),
    "feed": (
        2,
        """agency, source, (extract(epoch FROM last_event_time) * 1000000)::bigint,
        (extract(epoch FROM last_received) * 1000000)::bigint, events, duplicates, stale, dead_letters""",
    ),
}
"""Table -> how many columns are its key, and the columns."""


def stored_rows(
    connection: "psycopg.Connection[Any]", table: str, province: str
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return the rows of a table by key."""
    width, columns = TABLES[table]
    rows = connection.execute(
        f"SELECT {columns} FROM tiendo.{table} WHERE province = %s",  # noqa: S608 - constants
        (province,),
    )
    return {row[:width]: tuple(_plain(value) for value in row[width:]) for row in rows}


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
