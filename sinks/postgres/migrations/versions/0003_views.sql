-- What dashboards read. Names and order of columns are a contract: a later step may add views, never change these.

CREATE SCHEMA api;

COMMENT ON SCHEMA api IS 'Figures, targets, alerts and feeds of the provinces, for reading; stable names.';

-- Whose rows a reader sees. A view knows no policies, so each asks these of its province, once a query, behind a security barrier:
-- no function of the reader's own sees a row before. Functions in a view run as its reader, whatever the view's owner may do.
CREATE FUNCTION tiendo.reads_all() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (
        SELECT FROM pg_catalog.pg_roles r
        WHERE pg_catalog.pg_has_role(current_user, r.oid, 'USAGE') AND (
            r.rolname IN ('tiendo_reader', 'tiendo_operator')
            OR r.oid = (SELECT n.nspowner FROM pg_catalog.pg_namespace n WHERE n.nspname = 'tiendo')
        )
    );

CREATE FUNCTION tiendo.reads() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ARRAY(
        SELECT replace(substr(r.rolname, length('tiendo_reader_') + 1), '_', '-')
        FROM pg_catalog.pg_roles r
        WHERE starts_with(r.rolname, 'tiendo_reader_') AND pg_catalog.pg_has_role(current_user, r.oid, 'USAGE')
    );

-- A row for every indicator and window of '*' and, where the indicator has them, of each known agency code.
-- What no fact has touched has no row in tiendo.kpi: its figure is then the empty one of its kind.
CREATE VIEW api.kpi_current WITH (security_barrier) AS
SELECT
    i.province,
    i.plan,
    i.indicator,
    a.agency,
    w."window",
    p.as_of,
    CASE WHEN k.province IS NOT NULL THEN k."values"[w.position]
        WHEN i.kind = 'milestone' THEN 0 END AS value,
    CASE WHEN k.province IS NOT NULL THEN k.numerators[w.position]
        WHEN i.kind = 'ratio' THEN 0 END AS numerator,
    CASE WHEN k.province IS NOT NULL THEN k.denominators[w.position]
        WHEN i.kind IN ('ratio', 'median') THEN 0 END AS denominator,
    i.unit,
    p.watermark,
    p.closed_day IS NULL OR p.as_of IS DISTINCT FROM p.closed_day OR a.silent AS provisional,
    i.definition_version
FROM tiendo.indicator i
LEFT JOIN tiendo.progress p ON p.province = i.province
CROSS JOIN LATERAL (
    SELECT '*' COLLATE "C" AS agency, EXISTS (
        SELECT FROM tiendo.agency g
        WHERE g.province = i.province AND g.registered AND g.active AND g.silent_since IS NOT NULL
    ) AS silent
    UNION ALL
    SELECT g.code, g.silent_since IS NOT NULL
    FROM tiendo.agency g
    WHERE g.province = i.province AND i.per_agency
) a
CROSS JOIN LATERAL unnest(i.windows) WITH ORDINALITY AS w("window", position)
LEFT JOIN tiendo.kpi k
    ON k.province = i.province AND k.plan = i.plan AND k.indicator = i.indicator AND k.agency = a.agency
WHERE (SELECT tiendo.reads_all()) OR i.province = ANY ((SELECT tiendo.reads())::text[]);

-- Flows are the amounts of the day, stocks the running sums up to its end; both may stand in one indicator.
CREATE VIEW api.kpi_daily WITH (security_barrier) AS
WITH change AS NOT MATERIALIZED (
    SELECT
        i.province, i.plan, i.indicator, i.kind, a.agency, p.day, m.role, m.stock,
        CASE WHEN m.role = 'bucket' THEN p.bucket::integer END AS bucket,
        sum(p.amount) AS amount
    FROM tiendo.indicator i
    JOIN tiendo.progress g ON g.province = i.province
    JOIN tiendo.indicator_measure m
        ON m.province = i.province AND m.plan = i.plan AND m.indicator = i.indicator
    JOIN tiendo.pane p ON p.province = m.province AND p.measure = m.measure AND p.day <= g.as_of
    CROSS JOIN LATERAL (VALUES (p.agency), ('*')) AS a(agency)
    WHERE (i.per_agency OR a.agency = '*')
        AND ((SELECT tiendo.reads_all()) OR i.province = ANY ((SELECT tiendo.reads())::text[]))
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    HAVING sum(p.amount) <> 0
), day AS (
    SELECT
        province, plan, indicator, kind, agency, day,
        coalesce(sum(amount) FILTER (WHERE role = 'value' AND NOT stock), 0)
        + sum(coalesce(sum(amount) FILTER (WHERE role = 'value' AND stock), 0)) OVER until AS value,
        coalesce(sum(amount) FILTER (WHERE role = 'numerator' AND NOT stock), 0)
        + sum(coalesce(sum(amount) FILTER (WHERE role = 'numerator' AND stock), 0)) OVER until AS numerator,
        coalesce(sum(amount) FILTER (WHERE role = 'denominator' AND NOT stock), 0)
        + sum(coalesce(sum(amount) FILTER (WHERE role = 'denominator' AND stock), 0)) OVER until AS denominator
    FROM change
    GROUP BY province, plan, indicator, kind, agency, day
    WINDOW until AS (PARTITION BY province, plan, indicator, agency ORDER BY day)
), reached AS (
    SELECT
        province, plan, indicator, agency, day, bucket,
        sum(amount) OVER (PARTITION BY province, plan, indicator, agency, day ORDER BY bucket) AS amount,
        sum(amount) OVER (PARTITION BY province, plan, indicator, agency, day) AS total
    FROM change
    WHERE role = 'bucket'
), median AS (
    SELECT
        province, plan, indicator, agency, day,
        min(bucket) FILTER (WHERE 2 * amount >= total) AS value,
        max(total) AS total
    FROM reached
    GROUP BY province, plan, indicator, agency, day
)
SELECT
    d.province,
    d.plan,
    d.indicator,
    d.agency,
    d.day,
    CASE d.kind
        WHEN 'ratio' THEN round(100 * d.numerator / nullif(d.denominator, 0), 4)
        WHEN 'median' THEN m.value
        ELSE d.value
    END AS value,
    CASE WHEN d.kind = 'ratio' THEN d.numerator END AS numerator,
    CASE d.kind WHEN 'ratio' THEN d.denominator WHEN 'median' THEN m.total END AS denominator
FROM day d
LEFT JOIN median m
    ON m.province = d.province AND m.plan = d.plan AND m.indicator = d.indicator
    AND m.agency = d.agency AND m.day = d.day;

CREATE VIEW api.kpi_history WITH (security_barrier) AS
SELECT
    province, plan, indicator, agency, "window", closed_day, value, numerator, denominator, definition_version
FROM tiendo.kpi_history
WHERE (SELECT tiendo.reads_all()) OR province = ANY ((SELECT tiendo.reads())::text[]);

CREATE VIEW api.target_attainment WITH (security_barrier) AS
SELECT
    t.province, t.plan, t.target, t.kind, t.operator, t.target_value, t.unit, t.deadline,
    a.as_of, a.value, a.numerator, a.denominator, t.baseline_value, a.expected_value, a.pace, a.forecast_date,
    a.status, a.status_since, a.reason, t.measurability, t.section, t.text_vi, t.text_en
FROM tiendo.target t
JOIN tiendo.attainment a ON a.province = t.province AND a.target = t.target
WHERE (SELECT tiendo.reads_all()) OR t.province = ANY ((SELECT tiendo.reads())::text[]);

CREATE VIEW api.target_definition WITH (security_barrier) AS
SELECT
    province, plan, target, house_rule_vi, house_rule_en, readings_vi, readings_en, overlaps_with,
    baseline_value, baseline_unit, baseline_qualifier, baseline_date, baseline_section, missing_vi, missing_en,
    upper_value, counted
FROM tiendo.target_definition
WHERE (SELECT tiendo.reads_all()) OR province = ANY ((SELECT tiendo.reads())::text[]);

CREATE VIEW api.target_reading WITH (security_barrier) AS
SELECT
    t.province, t.plan, t.target, r.as_of AS reading_day, r.value, r.numerator, r.denominator, r.expected_value,
    r.pace, r.forecast_date, r.status, r.status_since, r.reason, d.section, d.name_vi, d.name_en
FROM tiendo.target_reading r
JOIN tiendo.target t ON t.province = r.province AND t.target = r.target
JOIN tiendo.reading_date d ON d.province = t.province AND d.plan = t.plan AND d.reading_day = r.as_of
WHERE (SELECT tiendo.reads_all()) OR t.province = ANY ((SELECT tiendo.reads())::text[]);

CREATE VIEW api.baseline WITH (security_barrier) AS
SELECT
    province, plan, baseline, section, metric_vi, metric_en, value, unit, qualifier, since, "date", golden, note
FROM tiendo.baseline
WHERE (SELECT tiendo.reads_all()) OR province = ANY ((SELECT tiendo.reads())::text[]);

CREATE VIEW api.inconsistency WITH (security_barrier) AS
SELECT
    province, plan, inconsistency, section, status, text_vi, text_en, reading_vi, reading_en, targets
FROM tiendo.inconsistency
WHERE (SELECT tiendo.reads_all()) OR province = ANY ((SELECT tiendo.reads())::text[]);

-- What is late grows later by itself, day after day: its row is not written again for that.
-- What an agency is called by the registration in force on a day; before the first one, by that. `facts` are those of its main part.
CREATE FUNCTION tiendo.agency_name(facts bytea, on_day date) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (
        SELECT kept.fact -> 10 ->> 'name'
        FROM json_array_elements(convert_from(facts, 'UTF8')::json) AS kept(fact)
        WHERE json_typeof(kept.fact -> 10) = 'object'
        ORDER BY
            tiendo.day((kept.fact ->> 7)::integer) <= on_day DESC,
            abs(tiendo.day((kept.fact ->> 7)::integer) - on_day)
        LIMIT 1
    );

CREATE VIEW api.reporting_duty WITH (security_barrier) AS
WITH agency AS MATERIALIZED ( -- each is named once, however many reports it owes
    SELECT s.province, s.key AS code, tiendo.agency_name(s.facts, p.closed_day) AS name
    FROM tiendo.subject s
    JOIN tiendo.progress p ON p.province = s.province
    WHERE s.kind = 'agency' AND s.part = ''
)
SELECT
    d.province, d.plan, d.duty, o.reporter, a.name AS reporter_name, d.recipient, nullif(o.period, '') AS period, o.due_on,
    p.closed_day AS as_of, o.state, o.filed_on,
    CASE WHEN o.state IN ('late', 'filed_late') THEN coalesce(o.filed_on, p.closed_day) - o.due_on END AS days_late,
    d.section, d.text_vi, d.text_en, d.house_rule_vi, d.house_rule_en, d.reason
FROM tiendo.duty d
JOIN tiendo.obligation o ON o.province = d.province AND o.duty = d.duty
JOIN tiendo.progress p ON p.province = d.province
LEFT JOIN agency a ON a.province = o.province AND a.code = o.reporter
WHERE (SELECT tiendo.reads_all()) OR d.province = ANY ((SELECT tiendo.reads())::text[]);

-- A problem whose province has closed no day yet has no standing: nothing is known of it.
CREATE VIEW api.problem WITH (security_barrier) AS
SELECT
    d.province, d.plan, d.problem, d.section, d.basis, d.text_vi, d.text_en,
    d.why_vi IS NULL AS detectable,
    CASE WHEN d.why_vi IS NOT NULL THEN 'undetectable' ELSE coalesce(s.state, 'no_data') END COLLATE "C" AS state,
    s.since, s.value, s.numerator, s.denominator, d.unit, d.operator, d.threshold,
    p.closed_day AS as_of,
    d.house_rule_vi, d.house_rule_en, d.why_vi, d.why_en
FROM tiendo.problem d
LEFT JOIN tiendo.problem_standing s ON s.province = d.province AND s.problem = d.problem
LEFT JOIN tiendo.progress p ON p.province = d.province
WHERE (SELECT tiendo.reads_all()) OR d.province = ANY ((SELECT tiendo.reads())::text[]);

CREATE VIEW api.alert WITH (security_barrier) AS
SELECT
    alert_id, dedup_key, province, plan, rule, target, agency, severity, state, reason_vi, reason_en,
    value, expected, starts_at, ends_at, revision, closed_day
FROM tiendo.alert
WHERE (SELECT tiendo.reads_all()) OR province = ANY ((SELECT tiendo.reads())::text[]);

CREATE VIEW api.alert_history WITH (security_barrier) AS
SELECT
    alert_id, dedup_key, province, plan, rule, target, agency, severity, state, reason_vi, reason_en,
    value, expected, starts_at, ends_at, revision, closed_day
FROM tiendo.alert_history
WHERE (SELECT tiendo.reads_all()) OR province = ANY ((SELECT tiendo.reads())::text[]);

CREATE VIEW api.feed_health WITH (security_barrier) AS
SELECT
    f.province, f.agency, f.source, f.last_event_time, f.last_received, f.events, f.duplicates, f.stale,
    f.dead_letters, a.silent_since, coalesce(a.registered, false) AS registered
FROM tiendo.feed f
LEFT JOIN tiendo.agency a ON a.province = f.province AND a.code = f.agency
WHERE (SELECT tiendo.reads_all()) OR f.province = ANY ((SELECT tiendo.reads())::text[]);

CREATE VIEW api.dead_letter WITH (security_barrier) AS
SELECT
    province, topic, partition, "offset", reason, field, detail, event_id, source, agency, received_at, replayed_at
FROM tiendo.dead_letter
WHERE (SELECT tiendo.reads_all()) OR province = ANY ((SELECT tiendo.reads())::text[]);
