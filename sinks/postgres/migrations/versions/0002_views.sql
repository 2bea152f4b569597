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
CREATE VIEW api.reporting_duty WITH (security_barrier) AS
SELECT
    d.province, d.plan, d.duty, o.reporter, d.recipient, nullif(o.period, '') AS period, o.due_on,
    p.closed_day AS as_of, o.state, o.filed_on,
    CASE WHEN o.state IN ('late', 'filed_late') THEN coalesce(o.filed_on, p.closed_day) - o.due_on END AS days_late,
    d.section, d.text_vi, d.text_en, d.house_rule_vi, d.house_rule_en, d.reason
FROM tiendo.duty d
JOIN tiendo.obligation o ON o.province = d.province AND o.duty = d.duty
JOIN tiendo.progress p ON p.province = d.province
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

COMMENT ON VIEW api.kpi_current IS 'Every indicator''s figure over each of its windows, as of the province''s as-of day.';
COMMENT ON COLUMN api.kpi_current.province IS 'Slug of the province.';
COMMENT ON COLUMN api.kpi_current.plan IS '''house'' for the house indicators, else the plan that defines the indicator.';
COMMENT ON COLUMN api.kpi_current.indicator IS 'Id of the indicator.';
COMMENT ON COLUMN api.kpi_current.agency IS 'Code of the agency; ''*'' is the whole province.';
COMMENT ON COLUMN api.kpi_current."window" IS 'Days that the figure is read over: 7d, 30d, 90d, year, plan; now for a stock.';
COMMENT ON COLUMN api.kpi_current.as_of IS 'The day as of which the figure is read.';
COMMENT ON COLUMN api.kpi_current.value IS 'The figure; a ratio in % with 4 decimals, NULL where the denominator is 0; NULL where nothing was ever reported.';
COMMENT ON COLUMN api.kpi_current.numerator IS 'Numerator of a ratio, else NULL.';
COMMENT ON COLUMN api.kpi_current.denominator IS 'Denominator of a ratio; of a median how many amounts it is made of; else NULL.';
COMMENT ON COLUMN api.kpi_current.unit IS 'Unit of the value.';
COMMENT ON COLUMN api.kpi_current.watermark IS 'Latest accepted event time of the province, not beyond the Kafka timestamp of its record.';
COMMENT ON COLUMN api.kpi_current.provisional IS 'True while the as-of day is not closed, or the agency (for ''*'': any active registered one) is silent.';
COMMENT ON COLUMN api.kpi_current.definition_version IS 'Hash of the indicator''s definition.';

COMMENT ON VIEW api.kpi_daily IS 'Indicators day by day, for plots: flows of the day, stocks at its end; a row for each day that changed.';
COMMENT ON COLUMN api.kpi_daily.province IS 'Slug of the province.';
COMMENT ON COLUMN api.kpi_daily.plan IS '''house'' for the house indicators, else the plan that defines the indicator.';
COMMENT ON COLUMN api.kpi_daily.indicator IS 'Id of the indicator.';
COMMENT ON COLUMN api.kpi_daily.agency IS 'Code of the agency; ''*'' is the whole province.';
COMMENT ON COLUMN api.kpi_daily.day IS 'The day, in Asia/Ho_Chi_Minh.';
COMMENT ON COLUMN api.kpi_daily.value IS 'The figure of that day; a ratio in % with 4 decimals, NULL where the denominator is 0.';
COMMENT ON COLUMN api.kpi_daily.numerator IS 'Numerator of a ratio, else NULL.';
COMMENT ON COLUMN api.kpi_daily.denominator IS 'Denominator of a ratio; of a median how many amounts it is made of; else NULL.';

COMMENT ON VIEW api.kpi_history IS 'Figures as they were published at a day''s close, where they differ from the last published ones; never rewritten.';
COMMENT ON COLUMN api.kpi_history.province IS 'Slug of the province.';
COMMENT ON COLUMN api.kpi_history.plan IS '''house'' for the house indicators, else the plan that defines the indicator.';
COMMENT ON COLUMN api.kpi_history.indicator IS 'Id of the indicator.';
COMMENT ON COLUMN api.kpi_history.agency IS 'Code of the agency; ''*'' is the whole province.';
COMMENT ON COLUMN api.kpi_history."window" IS 'Days that the figure is read over; single agencies have year and now only.';
COMMENT ON COLUMN api.kpi_history.closed_day IS 'The day at whose close the figure was published.';
COMMENT ON COLUMN api.kpi_history.value IS 'The figure as published; a ratio in % with 4 decimals.';
COMMENT ON COLUMN api.kpi_history.numerator IS 'Numerator of a ratio, else NULL.';
COMMENT ON COLUMN api.kpi_history.denominator IS 'Denominator of a ratio; of a median how many amounts it is made of; else NULL.';
COMMENT ON COLUMN api.kpi_history.definition_version IS 'Hash of the definition that the figure was published under.';

COMMENT ON VIEW api.target_attainment IS 'How each target of a plan stood at the last closed day.';
COMMENT ON COLUMN api.target_attainment.province IS 'Slug of the province.';
COMMENT ON COLUMN api.target_attainment.plan IS 'The plan that prints the target.';
COMMENT ON COLUMN api.target_attainment.target IS 'Id of the target.';
COMMENT ON COLUMN api.target_attainment.kind IS 'Kind of the target, as in the catalogue.';
COMMENT ON COLUMN api.target_attainment.operator IS 'at_least, more_than, at_most, less_than or equal.';
COMMENT ON COLUMN api.target_attainment.target_value IS 'What the plan promises.';
COMMENT ON COLUMN api.target_attainment.unit IS 'Unit of the target and its value.';
COMMENT ON COLUMN api.target_attainment.deadline IS 'Last day of the promise.';
COMMENT ON COLUMN api.target_attainment.as_of IS 'The closed day that the row was judged at.';
COMMENT ON COLUMN api.target_attainment.value IS 'The figure at that day, or at the deadline if that was earlier.';
COMMENT ON COLUMN api.target_attainment.numerator IS 'Numerator of the figure, where it has one.';
COMMENT ON COLUMN api.target_attainment.denominator IS 'Denominator of the figure, where it has one.';
COMMENT ON COLUMN api.target_attainment.baseline_value IS 'Where the plan says it starts from; NULL where it does not say.';
COMMENT ON COLUMN api.target_attainment.expected_value IS 'What should have been reached by that day on the way from baseline to target.';
COMMENT ON COLUMN api.target_attainment.pace IS 'Progress made over progress expected.';
COMMENT ON COLUMN api.target_attainment.forecast_date IS 'Day on which the target is met at the slope of the last 90 days; NULL if that leads elsewhere.';
COMMENT ON COLUMN api.target_attainment.status IS 'not_measurable, not_started, no_data, attained, missed, regressed, behind, at_risk or on_track.';
COMMENT ON COLUMN api.target_attainment.status_since IS 'First day of the run of days with this status.';
COMMENT ON COLUMN api.target_attainment.reason IS 'Why the target is not measurable (definition_missing, reference_missing) or has no data (no_value, denominator_under_20); else NULL.';
COMMENT ON COLUMN api.target_attainment.measurability IS 'quantified, dated, implied, undated or directional; only the first two raise alerts.';
COMMENT ON COLUMN api.target_attainment.section IS 'Section of the plan that prints the target.';
COMMENT ON COLUMN api.target_attainment.text_vi IS 'The target in the plan''s words.';
COMMENT ON COLUMN api.target_attainment.text_en IS 'The target in English.';

COMMENT ON VIEW api.target_definition IS 'What is read into each target''s sentence, what its plan starts from, and what it leaves out.';
COMMENT ON COLUMN api.target_definition.province IS 'Slug of the province.';
COMMENT ON COLUMN api.target_definition.plan IS 'The plan that prints the target.';
COMMENT ON COLUMN api.target_definition.target IS 'Id of the target.';
COMMENT ON COLUMN api.target_definition.house_rule_vi IS 'The assumption where the sentence leaves a word open, in Vietnamese; NULL where there is none.';
COMMENT ON COLUMN api.target_definition.house_rule_en IS 'The assumption in English.';
COMMENT ON COLUMN api.target_definition.readings_vi IS 'The readings taken where the plan contradicts itself about the target, in Vietnamese.';
COMMENT ON COLUMN api.target_definition.readings_en IS 'The readings taken, in English, in the same order.';
COMMENT ON COLUMN api.target_definition.overlaps_with IS 'Targets of the same commitment: those that this one repeats, and those that repeat it.';
COMMENT ON COLUMN api.target_definition.baseline_value IS 'The value that the plan starts from, in whatever unit; NULL where it prints none.';
COMMENT ON COLUMN api.target_definition.baseline_unit IS 'Unit of the baseline; only one in the target''s own unit starts its course.';
COMMENT ON COLUMN api.target_definition.baseline_qualifier IS 'exact, over, about or nearly; NULL without a value.';
COMMENT ON COLUMN api.target_definition.baseline_date IS 'The day that the baseline holds for; of a period its last day.';
COMMENT ON COLUMN api.target_definition.baseline_section IS 'Section of the plan that prints the baseline.';
COMMENT ON COLUMN api.target_definition.missing_vi IS 'What the plan leaves out that the figure, or judging it, needs, in Vietnamese; NULL where nothing is.';
COMMENT ON COLUMN api.target_definition.missing_en IS 'What the plan leaves out, in English.';
COMMENT ON COLUMN api.target_definition.upper_value IS 'Upper end, where the plan prints a range; target_value is the lower one, and decides.';
COMMENT ON COLUMN api.target_definition.counted IS 'False where the target repeats another one: a score counts that one only.';

COMMENT ON VIEW api.target_reading IS 'How each target stands on the days before its deadline on which its plan is read as well, with all facts known now.';
COMMENT ON COLUMN api.target_reading.province IS 'Slug of the province.';
COMMENT ON COLUMN api.target_reading.plan IS 'The plan that prints the target.';
COMMENT ON COLUMN api.target_reading.target IS 'Id of the target.';
COMMENT ON COLUMN api.target_reading.reading_day IS 'The day that the row is read on; rows come with its close.';
COMMENT ON COLUMN api.target_reading.value IS 'The figure at that day, or at the deadline if that was earlier.';
COMMENT ON COLUMN api.target_reading.numerator IS 'Numerator of the figure, where it has one.';
COMMENT ON COLUMN api.target_reading.denominator IS 'Denominator of the figure, where it has one.';
COMMENT ON COLUMN api.target_reading.expected_value IS 'What should have been reached by that day on the way from baseline to target.';
COMMENT ON COLUMN api.target_reading.pace IS 'Progress made over progress expected.';
COMMENT ON COLUMN api.target_reading.forecast_date IS 'Day on which the target was to be met at the slope of the 90 days before.';
COMMENT ON COLUMN api.target_reading.status IS 'Status of that day, as in target_attainment.';
COMMENT ON COLUMN api.target_reading.status_since IS 'First day of the run of days with this status.';
COMMENT ON COLUMN api.target_reading.reason IS 'Why the target was not measurable or had no data, as in target_attainment; else NULL.';
COMMENT ON COLUMN api.target_reading.section IS 'Section of the plan that sets the day.';
COMMENT ON COLUMN api.target_reading.name_vi IS 'What the plan is read for on that day, in Vietnamese.';
COMMENT ON COLUMN api.target_reading.name_en IS 'What the plan is read for, in English.';

COMMENT ON VIEW api.baseline IS 'The states that each plan prints as its start.';
COMMENT ON COLUMN api.baseline.province IS 'Slug of the province.';
COMMENT ON COLUMN api.baseline.plan IS 'The plan that prints the baseline.';
COMMENT ON COLUMN api.baseline.baseline IS 'Id of the baseline.';
COMMENT ON COLUMN api.baseline.section IS 'Section of the plan that prints it.';
COMMENT ON COLUMN api.baseline.metric_vi IS 'What is counted, in the plan''s words.';
COMMENT ON COLUMN api.baseline.metric_en IS 'What is counted, in English.';
COMMENT ON COLUMN api.baseline.value IS 'The printed value; NULL where the day itself is what is printed (unit date).';
COMMENT ON COLUMN api.baseline.unit IS 'Unit of the value.';
COMMENT ON COLUMN api.baseline.qualifier IS 'exact, over (hơn, trên), about (khoảng, ước) or nearly (gần).';
COMMENT ON COLUMN api.baseline.since IS 'First day of the period that was counted; NULL for a state on a day.';
COMMENT ON COLUMN api.baseline."date" IS 'The day of the state, or the last day of the period.';
COMMENT ON COLUMN api.baseline.golden IS 'True where the value checks the engine.';
COMMENT ON COLUMN api.baseline.note IS 'What else is to be known of it; NULL where nothing is.';

COMMENT ON VIEW api.inconsistency IS 'Where a plan contradicts itself or leaves a reading open, and the reading that the definitions take.';
COMMENT ON COLUMN api.inconsistency.province IS 'Slug of the province.';
COMMENT ON COLUMN api.inconsistency.plan IS 'The plan; ''house'' for what several plans share.';
COMMENT ON COLUMN api.inconsistency.inconsistency IS 'Id of the finding.';
COMMENT ON COLUMN api.inconsistency.section IS 'Sections of the plan that were set against each other.';
COMMENT ON COLUMN api.inconsistency.status IS 'ok (they agree), mismatch, ambiguous or note (of no effect on a figure).';
COMMENT ON COLUMN api.inconsistency.text_vi IS 'What was found, in Vietnamese.';
COMMENT ON COLUMN api.inconsistency.text_en IS 'What was found, in English.';
COMMENT ON COLUMN api.inconsistency.reading_vi IS 'The reading taken, in Vietnamese.';
COMMENT ON COLUMN api.inconsistency.reading_en IS 'The reading taken, in English.';
COMMENT ON COLUMN api.inconsistency.targets IS 'The targets of the province''s plan whose definition takes the reading.';

COMMENT ON VIEW api.reporting_duty IS 'Who owes whom which report of a plan, until when, and how that stood at the last closed day: a row per duty, period and agency.';
COMMENT ON COLUMN api.reporting_duty.province IS 'Slug of the province.';
COMMENT ON COLUMN api.reporting_duty.plan IS 'The plan that prints the duty.';
COMMENT ON COLUMN api.reporting_duty.duty IS 'Id of the duty.';
COMMENT ON COLUMN api.reporting_duty.reporter IS 'Code of the agency that owes the report; ''*'' where the register names no such agency.';
COMMENT ON COLUMN api.reporting_duty.recipient IS 'To whom, in Vietnamese as the plan says it; NULL where it does not say.';
COMMENT ON COLUMN api.reporting_duty.period IS 'What the report is about: 2011, 2011-H1, 2011-Q1, 2011-01, or plan for one that is owed once; NULL where it is never due.';
COMMENT ON COLUMN api.reporting_duty.due_on IS 'The last day to file it; NULL where it is never due.';
COMMENT ON COLUMN api.reporting_duty.as_of IS 'The closed day that the row was judged at.';
COMMENT ON COLUMN api.reporting_duty.state IS 'not_due, due_soon, late, filed, filed_late, or not_measurable (never due; reason says why).';
COMMENT ON COLUMN api.reporting_duty.filed_on IS 'The day on which it was filed first; where it is never due, the day on which it was seen last.';
COMMENT ON COLUMN api.reporting_duty.days_late IS 'Days after the last day: to the filing, or to the closed day while it is missing; else NULL.';
COMMENT ON COLUMN api.reporting_duty.section IS 'Section of the plan that prints the duty.';
COMMENT ON COLUMN api.reporting_duty.text_vi IS 'The duty in the plan''s words.';
COMMENT ON COLUMN api.reporting_duty.text_en IS 'The duty in English.';
COMMENT ON COLUMN api.reporting_duty.house_rule_vi IS 'What is assumed where the plan leaves something open, in Vietnamese.';
COMMENT ON COLUMN api.reporting_duty.house_rule_en IS 'What is assumed where the plan leaves something open, in English.';
COMMENT ON COLUMN api.reporting_duty.reason IS 'Why it is never due: no_period, continuous or conditional; else NULL.';

COMMENT ON VIEW api.problem IS 'The problems that each plan speaks of, and whether a figure shows them at the last closed day.';
COMMENT ON COLUMN api.problem.province IS 'Slug of the province.';
COMMENT ON COLUMN api.problem.plan IS 'The plan that speaks of the problem.';
COMMENT ON COLUMN api.problem.problem IS 'Id of the problem; alerts on it carry it in their dedup_key.';
COMMENT ON COLUMN api.problem.section IS 'Section of the plan that speaks of it.';
COMMENT ON COLUMN api.problem.basis IS 'stated (a shortcoming), fact (a number of the present state) or implied (by a duty or target).';
COMMENT ON COLUMN api.problem.text_vi IS 'The problem in the plan''s words.';
COMMENT ON COLUMN api.problem.text_en IS 'The problem in English.';
COMMENT ON COLUMN api.problem.detectable IS 'False where no event can show it; why_vi and why_en say why.';
COMMENT ON COLUMN api.problem.state IS 'raised, not_raised, no_data or undetectable.';
COMMENT ON COLUMN api.problem.since IS 'First day of the episode that runs; NULL where none does.';
COMMENT ON COLUMN api.problem.value IS 'The figure by which it is seen, at the last closed day.';
COMMENT ON COLUMN api.problem.numerator IS 'Numerator of the figure, where it has one.';
COMMENT ON COLUMN api.problem.denominator IS 'Denominator of the figure, where it has one.';
COMMENT ON COLUMN api.problem.unit IS 'Unit of the figure and of the threshold.';
COMMENT ON COLUMN api.problem.operator IS 'How the figure must stand to the threshold to raise it: at_least, more_than, at_most or less_than.';
COMMENT ON COLUMN api.problem.threshold IS 'From where on it is raised: a house rule, no plan prints one.';
COMMENT ON COLUMN api.problem.as_of IS 'The last closed day; NULL before the first.';
COMMENT ON COLUMN api.problem.house_rule_vi IS 'The assumption behind figure and threshold, in Vietnamese.';
COMMENT ON COLUMN api.problem.house_rule_en IS 'The assumption behind figure and threshold, in English.';
COMMENT ON COLUMN api.problem.why_vi IS 'Why no event can show it, in Vietnamese; NULL where one can.';
COMMENT ON COLUMN api.problem.why_en IS 'Why no event can show it, in English; NULL where one can.';

COMMENT ON VIEW api.alert IS 'The present state of every alert.';
COMMENT ON COLUMN api.alert.alert_id IS 'Id of the alert; kept when its start moves.';
COMMENT ON COLUMN api.alert.dedup_key IS 'What the alert is about: province, plan, rule, and target, agency, problem, topic, or duty and period.';
COMMENT ON COLUMN api.alert.province IS 'Slug of the province.';
COMMENT ON COLUMN api.alert.plan IS 'The plan of the target, problem or duty; ''house'' for the rules on agencies and dead letters.';
COMMENT ON COLUMN api.alert.rule IS 'target_behind, target_at_risk, target_missed, target_regressed, target_attained, dossiers_overdue, silent, report_due_soon, report_late, problem_raised, dead_letters.';
COMMENT ON COLUMN api.alert.target IS 'Id of the target, for a rule about targets.';
COMMENT ON COLUMN api.alert.agency IS 'Code of the agency, for a rule about agencies.';
COMMENT ON COLUMN api.alert.severity IS 'critical, error, warning or info.';
COMMENT ON COLUMN api.alert.state IS 'firing, resolved or retracted (the figure was wrong, the episode never was).';
COMMENT ON COLUMN api.alert.reason_vi IS 'Why, in Vietnamese, with the figures.';
COMMENT ON COLUMN api.alert.reason_en IS 'Why, in English, with the figures.';
COMMENT ON COLUMN api.alert.value IS 'The figure of the day judged at the close that wrote the revision; of dead_letters the records that the day refused.';
COMMENT ON COLUMN api.alert.expected IS 'What the figure was expected to be on that day; of dead_letters how many of the records are kept.';
COMMENT ON COLUMN api.alert.starts_at IS 'First day of the episode.';
COMMENT ON COLUMN api.alert.ends_at IS 'First day after the episode; NULL while it runs.';
COMMENT ON COLUMN api.alert.revision IS 'Number of the computed change, from 1.';
COMMENT ON COLUMN api.alert.closed_day IS 'The day whose close wrote the revision.';

COMMENT ON VIEW api.alert_history IS 'Every revision of every alert; never rewritten.';
COMMENT ON COLUMN api.alert_history.alert_id IS 'Id of the alert; kept when its start moves.';
COMMENT ON COLUMN api.alert_history.dedup_key IS 'What the alert is about: province, plan, rule, and target, agency, problem, topic, or duty and period.';
COMMENT ON COLUMN api.alert_history.province IS 'Slug of the province.';
COMMENT ON COLUMN api.alert_history.plan IS 'The plan of the target, problem or duty; ''house'' for the rules on agencies and dead letters.';
COMMENT ON COLUMN api.alert_history.rule IS 'target_behind, target_at_risk, target_missed, target_regressed, target_attained, dossiers_overdue, silent, report_due_soon, report_late, problem_raised, dead_letters.';
COMMENT ON COLUMN api.alert_history.target IS 'Id of the target, for a rule about targets.';
COMMENT ON COLUMN api.alert_history.agency IS 'Code of the agency, for a rule about agencies.';
COMMENT ON COLUMN api.alert_history.severity IS 'critical, error, warning or info.';
COMMENT ON COLUMN api.alert_history.state IS 'State after this revision: firing, resolved or retracted.';
COMMENT ON COLUMN api.alert_history.reason_vi IS 'Why, in Vietnamese, with the figures.';
COMMENT ON COLUMN api.alert_history.reason_en IS 'Why, in English, with the figures.';
COMMENT ON COLUMN api.alert_history.value IS 'The figure of the day judged at the close that wrote the revision; of dead_letters the records that the day refused.';
COMMENT ON COLUMN api.alert_history.expected IS 'What the figure was expected to be on that day; of dead_letters how many of the records are kept.';
COMMENT ON COLUMN api.alert_history.starts_at IS 'First day of the episode as known at this revision.';
COMMENT ON COLUMN api.alert_history.ends_at IS 'First day after the episode; NULL while it ran.';
COMMENT ON COLUMN api.alert_history.revision IS 'Number of the computed change, from 1.';
COMMENT ON COLUMN api.alert_history.closed_day IS 'The day whose close wrote the revision.';

COMMENT ON VIEW api.feed_health IS 'The records of each agency''s sending systems: how many, how fresh, how sound.';
COMMENT ON COLUMN api.feed_health.province IS 'Slug of the province.';
COMMENT ON COLUMN api.feed_health.agency IS 'Code of the agency; empty where a dead letter named none.';
COMMENT ON COLUMN api.feed_health.source IS 'The sending system; empty where a dead letter named none.';
COMMENT ON COLUMN api.feed_health.last_event_time IS 'Latest event time of an accepted record.';
COMMENT ON COLUMN api.feed_health.last_received IS 'Kafka timestamp of the last record, dead letters included.';
COMMENT ON COLUMN api.feed_health.events IS 'Accepted records, duplicates and stale ones included.';
COMMENT ON COLUMN api.feed_health.duplicates IS 'Accepted records that repeated a known assertion.';
COMMENT ON COLUMN api.feed_health.stale IS 'Accepted records that a later assertion had overtaken.';
COMMENT ON COLUMN api.feed_health.dead_letters IS 'Refused records, those beyond the day''s limit included.';
COMMENT ON COLUMN api.feed_health.silent_since IS 'First day of the agency''s silence, where one runs.';
COMMENT ON COLUMN api.feed_health.registered IS 'False: records come under a code that no register entry has.';

COMMENT ON VIEW api.dead_letter IS 'Refused records with the reason, of each province and day as many as are kept; the records themselves are in tiendo.dead_letter, for tiendo_operator.';
COMMENT ON COLUMN api.dead_letter.province IS 'Slug of the province.';
COMMENT ON COLUMN api.dead_letter.topic IS 'Topic that the record came by.';
COMMENT ON COLUMN api.dead_letter.partition IS 'Partition of the topic.';
COMMENT ON COLUMN api.dead_letter."offset" IS 'Offset of the record.';
COMMENT ON COLUMN api.dead_letter.reason IS 'Reason code: null_value, too_large, bad_encoding, not_json, ...';
COMMENT ON COLUMN api.dead_letter.field IS 'Attribute or payload field that broke the rule; NULL for the record as a whole.';
COMMENT ON COLUMN api.dead_letter.detail IS 'What was expected, and the bound that was broken.';
COMMENT ON COLUMN api.dead_letter.event_id IS 'Id of the event, where it could be read.';
COMMENT ON COLUMN api.dead_letter.source IS 'The sending system; empty where it could not be read.';
COMMENT ON COLUMN api.dead_letter.agency IS 'Code of the agency; empty where it could not be read.';
COMMENT ON COLUMN api.dead_letter.received_at IS 'Kafka timestamp of the record.';
COMMENT ON COLUMN api.dead_letter.replayed_at IS 'When an operator sent the record again; NULL if never.';

