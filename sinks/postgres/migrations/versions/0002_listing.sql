-- The catalogue as rows: a province's are those of the version that folded it. Written whole, never edited here.
CREATE TABLE tiendo.indicator (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    indicator text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    unit text NOT NULL,
    windows text[] NOT NULL,
    per_agency boolean NOT NULL,
    definition_version text COLLATE "C" NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    PRIMARY KEY (province, plan, indicator)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.indicator_measure (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    indicator text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    measure text COLLATE "C" NOT NULL,
    stock boolean NOT NULL,
    PRIMARY KEY (province, plan, indicator, role, measure)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.target (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    operator text COLLATE "C" NOT NULL,
    target_value numeric,
    unit text NOT NULL,
    deadline date,
    baseline_value numeric,
    measurability text COLLATE "C" NOT NULL,
    section text NOT NULL,
    text_vi text NOT NULL,
    text_en text NOT NULL,
    PRIMARY KEY (province, target)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.target_definition (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    house_rule_vi text,
    house_rule_en text,
    readings_vi text[] NOT NULL,
    readings_en text[] NOT NULL,
    overlaps_with text[] NOT NULL,
    counted boolean NOT NULL,
    upper_value numeric,
    baseline_value numeric,
    baseline_unit text,
    baseline_qualifier text COLLATE "C",
    baseline_date date,
    baseline_section text,
    missing_vi text,
    missing_en text,
    PRIMARY KEY (province, target)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.baseline (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    baseline text COLLATE "C" NOT NULL,
    section text NOT NULL,
    metric_vi text NOT NULL,
    metric_en text NOT NULL,
    value numeric,
    unit text NOT NULL,
    qualifier text COLLATE "C" NOT NULL,
    since date,
    "date" date NOT NULL,
    golden boolean NOT NULL,
    note text,
    PRIMARY KEY (province, plan, baseline)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.inconsistency (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    inconsistency text COLLATE "C" NOT NULL,
    section text NOT NULL,
    status text COLLATE "C" NOT NULL,
    text_vi text NOT NULL,
    text_en text NOT NULL,
    reading_vi text NOT NULL,
    reading_en text NOT NULL,
    targets text[] NOT NULL,
    PRIMARY KEY (province, plan, inconsistency)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.reading_date (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    reading_day date NOT NULL,
    section text NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    PRIMARY KEY (province, plan, reading_day)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.duty (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    duty text COLLATE "C" NOT NULL,
    recipient text,
    section text NOT NULL,
    text_vi text NOT NULL,
    text_en text NOT NULL,
    house_rule_vi text NOT NULL,
    house_rule_en text NOT NULL,
    reason text COLLATE "C",
    PRIMARY KEY (province, duty)
) PARTITION BY LIST (province);

CREATE TABLE tiendo.problem (
    province text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    problem text COLLATE "C" NOT NULL,
    section text NOT NULL,
    basis text COLLATE "C" NOT NULL,
    text_vi text NOT NULL,
    text_en text NOT NULL,
    unit text,
    operator text COLLATE "C",
    threshold numeric,
    house_rule_vi text,
    house_rule_en text,
    why_vi text,
    why_en text,
    PRIMARY KEY (province, problem)
) PARTITION BY LIST (province);

-- Gives a province its partition of every table; again after a migration that adds a table. Rows that are
-- rewritten in place get room on their page, so that an update need not touch the index.
CREATE FUNCTION tiendo.add_province(slug text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    parent text;
BEGIN
    FOR parent IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'tiendo'::regnamespace AND relkind = 'p'
        ORDER BY relname
    LOOP
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS tiendo.%I PARTITION OF tiendo.%I FOR VALUES IN (%L) WITH (fillfactor = %s)',
            parent || '_' || replace(slug, '-', '_'), parent, slug,
            CASE WHEN parent IN ('progress', 'tended', 'upgrade', 'subject', 'pane', 'pane_next', 'kept', 'agency', 'kpi', 'attainment',
                                  'target_reading', 'obligation', 'problem_standing', 'feed')
                THEN 75 ELSE 100 END
        );
    END LOOP;
END
$$;
