"""The statements that write a province's tables: `writes` gives them their arguments.

Each takes the province, then one array a column. What is kept once is upserted with absolute values; what is only ever
added (histories, outbox, dead letters) is inserted, so that writing it twice is an error and not a silent second row.

A deletion finds its rows one by one through the key. Joined with the keys instead, a table without statistics is
compared row by row with every key: the planner takes a province's partition for a two hundredth of what it is.
"""

from typing import Final

_DELETE: Final = """
DELETE FROM tiendo.{table} WHERE province = $1 AND ctid = ANY (ARRAY(
    SELECT found.ctid
    FROM unnest({arrays}) AS given ({key})
    CROSS JOIN LATERAL (
        SELECT ctid FROM tiendo.{table} AS held
        WHERE held.province = $1 AND {matches}
        OFFSET 0) AS found))"""


def _deletion(table: str, *key: str) -> str:
    """Return the statement that deletes rows by their keys; a `day` comes as a number, all else as text."""
    types = ["integer" if column == "day" else "text" for column in key]
    given = ["tiendo.day(given.day)" if column == "day" else f"given.{column}" for column in key]
    return _DELETE.format(
        table=table,
        arrays=", ".join(f"${number}::{kind}[]" for number, kind in enumerate(types, 2)),
        key=", ".join(key),
        matches=" AND ".join(
            f"held.{column} = {value}" for column, value in zip(key, given, strict=True)
        ),
    )


UPSERT_PARTS: Final = """
INSERT INTO tiendo.subject (province, kind, key, part, facts)
SELECT $1, kind, key, part, facts
FROM unnest($2::text[], $3::text[], $4::text[], $5::bytea[]) AS given (kind, key, part, facts)
ON CONFLICT (province, kind, key, part) DO UPDATE SET facts = excluded.facts"""
DELETE_PARTS: Final = _deletion("subject", "kind", "key", "part")
UPSERT_PANES: Final = """
INSERT INTO tiendo.pane (province, measure, bucket, agency, day, amount)
SELECT $1, measure, bucket, agency, tiendo.day(day), amount::numeric
FROM unnest($2::text[], $3::text[], $4::text[], $5::integer[], $6::text[])
    AS given (measure, bucket, agency, day, amount)
ON CONFLICT (province, measure, bucket, agency, day) DO UPDATE SET amount = excluded.amount"""
DELETE_PANES: Final = _deletion("pane", "measure", "bucket", "agency", "day")
UPSERT_KEPT: Final = """
INSERT INTO tiendo.kept (province, type, agency, facts)
SELECT $1, type, agency, facts
FROM unnest($2::text[], $3::text[], $4::bigint[]) AS given (type, agency, facts)
ON CONFLICT (province, type, agency) DO UPDATE SET facts = excluded.facts"""
DELETE_KEPT: Final = _deletion("kept", "type", "agency")
UPSERT_AGENCIES: Final = """
INSERT INTO tiendo.agency (province, code, registered, active, silent_since)
SELECT $1, code, registered, active, tiendo.day(silent_since)
FROM unnest($2::text[], $3::boolean[], $4::boolean[], $5::integer[])
    AS given (code, registered, active, silent_since)
ON CONFLICT (province, code) DO UPDATE
SET registered = excluded.registered, active = excluded.active, silent_since = excluded.silent_since"""
DELETE_AGENCIES: Final = "DELETE FROM tiendo.agency WHERE province = $1 AND code = ANY($2::text[])"
UPSERT_KPI: Final = """
INSERT INTO tiendo.kpi (province, plan, indicator, agency, "values", numerators, denominators)
SELECT $1, plan, indicator, agency, "values"::numeric[], numerators::numeric[], denominators::numeric[]
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    AS given (plan, indicator, agency, "values", numerators, denominators)
ON CONFLICT (province, plan, indicator, agency) DO UPDATE
SET "values" = excluded."values", numerators = excluded.numerators, denominators = excluded.denominators"""
DELETE_KPI: Final = _deletion("kpi", "plan", "indicator", "agency")
INSERT_HISTORY: Final = """
INSERT INTO tiendo.kpi_history
    (province, plan, indicator, agency, "window", closed_day, value, numerator, denominator, definition_version)
SELECT $1, plan, indicator, agency, "window", tiendo.day(closed_day),
    value::numeric, numerator::numeric, denominator::numeric, definition_version
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::text[], $8::text[], $9::text[],
            $10::text[])
    AS given (plan, indicator, agency, "window", closed_day, value, numerator, denominator, definition_version)"""
INSERT_CLOSES: Final = """
INSERT INTO tiendo.close (province, closed_day, next_offset)
SELECT $1, tiendo.day(closed_day), next_offset
FROM unnest($2::integer[], $3::bigint[]) AS given (closed_day, next_offset)"""
_UPSERT_STANDING: Final = """
INSERT INTO tiendo.{table}
    (province, target, as_of, value, numerator, denominator, expected_value, pace, forecast_date,
     status, status_since, reason)
SELECT $1, target, tiendo.day(as_of), value::numeric, numerator::numeric, denominator::numeric,
    expected::numeric, pace::numeric, tiendo.day(forecast), status, tiendo.day(status_since), reason
FROM unnest($2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::integer[], $10::text[], $11::integer[], $12::text[])
    AS given (target, as_of, value, numerator, denominator, expected, pace, forecast, status, status_since, reason)
ON CONFLICT ({key}) DO UPDATE
SET as_of = excluded.as_of, value = excluded.value, numerator = excluded.numerator,
    denominator = excluded.denominator, expected_value = excluded.expected_value, pace = excluded.pace,
    forecast_date = excluded.forecast_date, status = excluded.status,
    status_since = excluded.status_since, reason = excluded.reason"""
UPSERT_ATTAINMENT: Final = _UPSERT_STANDING.format(table="attainment", key="province, target")
UPSERT_READINGS: Final = _UPSERT_STANDING.format(
    table="target_reading", key="province, target, as_of"
)
UPSERT_OBLIGATIONS: Final = """
INSERT INTO tiendo.obligation (province, duty, period, reporter, due_on, state, filed_on)
SELECT $1, duty, period, reporter, tiendo.day(due_on), state, tiendo.day(filed_on)
FROM unnest($2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::integer[])
    AS given (duty, period, reporter, due_on, state, filed_on)
ON CONFLICT (province, duty, period, reporter) DO UPDATE
SET due_on = excluded.due_on, state = excluded.state, filed_on = excluded.filed_on"""
DELETE_OBLIGATIONS: Final = _deletion("obligation", "duty", "period", "reporter")
UPSERT_PROBLEMS: Final = """
INSERT INTO tiendo.problem_standing (province, problem, state, since, value, numerator, denominator)
SELECT $1, problem, state, tiendo.day(since), value::numeric, numerator::numeric, denominator::numeric
FROM unnest($2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[])
    AS given (problem, state, since, value, numerator, denominator)
ON CONFLICT (province, problem) DO UPDATE
SET state = excluded.state, since = excluded.since, value = excluded.value,
    numerator = excluded.numerator, denominator = excluded.denominator"""
_ALERT_COLUMNS: Final = """
    (province, alert_id, dedup_key, plan, rule, target, agency, severity, state, reason_vi, reason_en,
     value, expected, starts_at, ends_at, revision, closed_day, action)
SELECT $1, alert_id, dedup_key, plan, rule, target, agency, severity, state, reason_vi, reason_en,
    value::numeric, expected::numeric, tiendo.day(starts_at), tiendo.day(ends_at), revision,
    tiendo.day(closed_day), action
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::text[], $13::text[], $14::integer[], $15::integer[],
            $16::integer[], $17::integer[], $18::text[])
    AS given (alert_id, dedup_key, plan, rule, target, agency, severity, state, reason_vi, reason_en,
            value, expected, starts_at, ends_at, revision, closed_day, action)"""
INSERT_ALERT_HISTORY: Final = "INSERT INTO tiendo.alert_history" + _ALERT_COLUMNS
UPSERT_ALERTS: Final = (
    "INSERT INTO tiendo.alert"
    + _ALERT_COLUMNS
    + """
ON CONFLICT (province, alert_id) DO UPDATE
SET dedup_key = excluded.dedup_key, plan = excluded.plan, rule = excluded.rule, target = excluded.target,
    agency = excluded.agency, severity = excluded.severity, state = excluded.state,
    reason_vi = excluded.reason_vi, reason_en = excluded.reason_en, value = excluded.value,
    expected = excluded.expected, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
    revision = excluded.revision, closed_day = excluded.closed_day, action = excluded.action"""
)
INSERT_OUTBOX: Final = """
INSERT INTO tiendo.outbox (province, seq, topic, key, value, headers)
SELECT $1, seq, topic, key, value, headers::json
FROM unnest($2::bigint[], $3::text[], $4::bytea[], $5::bytea[], $6::text[])
    AS given (seq, topic, key, value, headers)"""
INSERT_DEAD_LETTERS: Final = """
INSERT INTO tiendo.dead_letter
    (province, topic, partition, "offset", reason, field, detail, event_id, source, agency, received_at,
     key, value, headers)
SELECT $1, $2, 0, "offset", reason, field, detail, event_id, source, agency,
    tiendo.instant(received_at), key, value, headers::json
FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::bigint[], $11::bytea[], $12::bytea[], $13::text[])
    AS given ("offset", reason, field, detail, event_id, source, agency, received_at, key, value, headers)"""
UPSERT_FEEDS: Final = """
INSERT INTO tiendo.feed
    (province, agency, source, last_event_time, last_received, events, duplicates, stale, dead_letters)
SELECT $1, agency, source, tiendo.instant(last_event_time), tiendo.instant(last_received),
    events, duplicates, stale, dead_letters
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::bigint[])
    AS given (agency, source, last_event_time, last_received, events, duplicates, stale, dead_letters)
ON CONFLICT (province, agency, source) DO UPDATE
SET last_event_time = excluded.last_event_time, last_received = excluded.last_received,
    events = excluded.events, duplicates = excluded.duplicates, stale = excluded.stale,
    dead_letters = excluded.dead_letters"""
