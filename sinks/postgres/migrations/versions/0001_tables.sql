-- The tables of the ledger. The province comes first in every key, and every table is cut by it.
-- Keys are compared by byte (collation "C"): the order of upserts is that of Python, on every server.
-- A column that verification compares holds nothing from a clock: instants are event times or Kafka timestamps.

CREATE FUNCTION tiendo.day(number integer) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN date '1970-01-01' + number;

CREATE FUNCTION tiendo.instant(microseconds bigint) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN timestamptz '1970-01-01 00:00:00+00' + microseconds * interval '1 microsecond';

CREATE FUNCTION tiendo.microseconds(instant timestamptz) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (extract(epoch FROM instant) * 1000000)::bigint;

-- The mark of a province: the offset that its figures include, and who may move it. `upgraded_day` is the last day that was closed
-- when `engine_version` took over from another: what is judged at a close is its own from the next one on. Dead letters are those of
-- the as-of day: how many records were refused, how many of them are kept, and how much they count towards the day's limit.
CREATE TABLE tiendo.progress (
    province text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    last_crc bigint,
    epoch bigint NOT NULL,
    engine_version text COLLATE "C" NOT NULL,
    upgraded_day date,
    first_day date,
    as_of date,
    closed_day date,
    watermark timestamptz,
    outbox_seq bigint NOT NULL DEFAULT 0,
    dead_letters bigint NOT NULL DEFAULT 0,
    dead_letters_kept bigint NOT NULL DEFAULT 0,
    dead_letter_bytes bigint NOT NULL DEFAULT 0,
    committed_at timestamptz,
    parked_reason text,
    parked_detail text,
    parked_at timestamptz,
    PRIMARY KEY (province)
) PARTITION BY LIST (province);

-- The versions of the engine that may fold a province, in the order in which `tiendo migrate` brought them, and what
-- each makes a measure's panes by: where that is the same, panes outlive the version.
CREATE TABLE tiendo.engine (
    province text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (province, version),
    UNIQUE (province, number)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.engine_measure (
    province text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    measure text COLLATE "C" NOT NULL,
    measure_version text COLLATE "C" NOT NULL,
    PRIMARY KEY (province, version, measure)
) PARTITION BY LIST (province);

-- How far the upgrade to another version is: the subjects up to (kind, key) are in tiendo.pane_next, as they were at
-- that offset of the log.
CREATE TABLE tiendo.upgrade (
    province text COLLATE "C" NOT NULL,
    engine_version text COLLATE "C" NOT NULL,
    next_offset bigint NOT NULL,
    kind text COLLATE "C",
    key text COLLATE "C",
    subjects bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (province)
) PARTITION BY LIST (province);

-- Which worker tends a province, and how the province stands in it, as it said last: every few seconds, by its own clock.
CREATE TABLE tiendo.tended (
    province text COLLATE "C" NOT NULL,
    worker text NOT NULL,
    standing text COLLATE "C" NOT NULL,
    detail text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (province)
) PARTITION BY LIST (province);

-- What operators decided about parked provinces: only ever added to. `mark_before` and `mark_after` are the offsets from which the log
-- was to be read and is read; `log_start` and `log_end` are what was found of the log.
CREATE TABLE tiendo.decision (
    province text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    decided_by text NOT NULL,
    reason text NOT NULL,
    choice text COLLATE "C" NOT NULL CHECK (choice IN ('retry', 'go_on', 'refold')),
    parked_reason text COLLATE "C" NOT NULL,
    parked_detail text NOT NULL,
    mark_before bigint NOT NULL,
    mark_after bigint NOT NULL,
    log_start bigint NOT NULL,
    log_end bigint NOT NULL,
    PRIMARY KEY (province, number)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.subject (
    province text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    part text COLLATE "C" NOT NULL,
    facts bytea NOT NULL,
    PRIMARY KEY (province, kind, key, part)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.pane (
    province text COLLATE "C" NOT NULL,
    measure text COLLATE "C" NOT NULL,
    bucket text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    day date NOT NULL,
    amount numeric NOT NULL,
    PRIMARY KEY (province, measure, bucket, agency, day)
) PARTITION BY LIST (province);

-- The panes that an upgrade makes anew, beside those that are read until it is done.
CREATE TABLE tiendo.pane_next (
    LIKE tiendo.pane,
    PRIMARY KEY (province, measure, bucket, agency, day)
) PARTITION BY LIST (province);

-- How many facts of a type are kept under an agency's code: decides between NULL and 0.
CREATE TABLE tiendo.kept (
    province text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    facts bigint NOT NULL,
    PRIMARY KEY (province, type, agency)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.agency (
    province text COLLATE "C" NOT NULL,
    code text COLLATE "C" NOT NULL,
    registered boolean NOT NULL,
    active boolean NOT NULL,
    silent_since date,
    PRIMARY KEY (province, code)
) PARTITION BY LIST (province);

-- One row holds an indicator's figures over all its windows, in the order of tiendo.indicator.windows.
CREATE TABLE tiendo.kpi (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    indicator text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    "values" numeric[] NOT NULL,
    numerators numeric[] NOT NULL,
    denominators numeric[] NOT NULL,
    PRIMARY KEY (province, plan, indicator, agency)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.kpi_history (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    indicator text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    "window" text COLLATE "C" NOT NULL,
    closed_day date NOT NULL,
    value numeric,
    numerator numeric,
    denominator numeric,
    definition_version text COLLATE "C" NOT NULL,
    PRIMARY KEY (province, plan, indicator, agency, "window", closed_day)
) PARTITION BY LIST (province);

-- What was known when a day was closed: the records before that offset. A fact of a later one restates the day.
CREATE TABLE tiendo.close (
    province text COLLATE "C" NOT NULL,
    closed_day date NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (province, closed_day)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.attainment (
    province text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    as_of date NOT NULL,
    value numeric,
    numerator numeric,
    denominator numeric,
    expected_value numeric,
    pace numeric,
    forecast_date date,
    status text COLLATE "C" NOT NULL,
    status_since date,
    reason text,
    PRIMARY KEY (province, target)
) PARTITION BY LIST (province);

-- The same on the days before the deadlines on which a plan is read as well.
CREATE TABLE tiendo.target_reading (
    LIKE tiendo.attainment,
    PRIMARY KEY (province, target, as_of)
) PARTITION BY LIST (province);

-- How each agency stands with each report that it owes; what a duty is comes from tiendo.duty.
CREATE TABLE tiendo.obligation (
    province text COLLATE "C" NOT NULL,
    duty text COLLATE "C" NOT NULL,
    period text COLLATE "C" NOT NULL,
    reporter text COLLATE "C" NOT NULL,
    due_on date,
    state text COLLATE "C" NOT NULL,
    filed_on date,
    PRIMARY KEY (province, duty, period, reporter)
) PARTITION BY LIST (province);

-- How the problems stand that a plan speaks of; a row changes only when what it says does.
CREATE TABLE tiendo.problem_standing (
    province text COLLATE "C" NOT NULL,
    problem text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    since date,
    value numeric,
    numerator numeric,
    denominator numeric,
    PRIMARY KEY (province, problem)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.alert (
    province text COLLATE "C" NOT NULL,
    alert_id text COLLATE "C" NOT NULL,
    dedup_key text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    target text COLLATE "C",
    agency text COLLATE "C",
    severity text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    reason_vi text NOT NULL,
    reason_en text NOT NULL,
    value numeric,
    expected numeric,
    starts_at date NOT NULL,
    ends_at date,
    revision integer NOT NULL,
    closed_day date NOT NULL,
    action text COLLATE "C" NOT NULL,
    PRIMARY KEY (province, alert_id)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.alert_history (
    LIKE tiendo.alert,
    PRIMARY KEY (province, alert_id, revision)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.outbox (
    province text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    topic text COLLATE "C" NOT NULL,
    key bytea,
    value bytea,
    headers json NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    PRIMARY KEY (province, seq)
) PARTITION BY LIST (province);

CREATE INDEX outbox_pending ON tiendo.outbox (province, seq) WHERE published_at IS NULL;

CREATE TABLE tiendo.dead_letter (
    province text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    reason text COLLATE "C" NOT NULL,
    field text,
    detail text NOT NULL,
    event_id text,
    source text NOT NULL,
    agency text NOT NULL,
    received_at timestamptz NOT NULL,
    replayed_at timestamptz,
    key bytea,
    value bytea,
    headers json NOT NULL,
    PRIMARY KEY (province, topic, partition, "offset")
) PARTITION BY LIST (province);

-- Dead letters whose offsets are read again in another log, under the decision that set them aside.
CREATE TABLE tiendo.dead_letter_former (
    LIKE tiendo.dead_letter,
    decision integer NOT NULL,
    PRIMARY KEY (province, decision, topic, partition, "offset")
) PARTITION BY LIST (province);

CREATE TABLE tiendo.feed (
    province text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    last_event_time timestamptz,
    last_received timestamptz NOT NULL,
    events bigint NOT NULL,
    duplicates bigint NOT NULL,
    stale bigint NOT NULL,
    dead_letters bigint NOT NULL,
    PRIMARY KEY (province, agency, source)
) PARTITION BY LIST (province);
