-- Makes the roles that are missing, grants each what it may, and returns the names of those that it was not allowed to make: roles
-- belong to the server, not to the database. Run again after every migration, and whenever an administrator has made them.
--   tiendo_worker               writes the ledger's tables and creates nothing
--   tiendo_reader               reads the views, of all provinces
--   tiendo_reader_<province>    reads the views, of this province alone
--   tiendo_operator             reads the views and refused records as they came, and notes that it has sent one again
CREATE FUNCTION tiendo.provide_roles(provinces text[]) RETURNS SETOF text
    LANGUAGE plpgsql AS $$
DECLARE
    readers CONSTANT text[] := ARRAY['tiendo_reader', 'tiendo_operator'] || ARRAY(
        SELECT 'tiendo_reader_' || replace(slug, '-', '_') FROM unnest(provinces) slug
    );
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY readers || ARRAY['tiendo_worker'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = wanted);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this server was quicker
            WHEN insufficient_privilege THEN RETURN NEXT wanted;
        END;
    END LOOP;
    FOR wanted IN SELECT rolname FROM pg_roles WHERE rolname = ANY (readers) LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA api TO %I', wanted);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA api TO %I', wanted);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tiendo_operator') THEN
        GRANT USAGE ON SCHEMA tiendo TO tiendo_operator;
        GRANT SELECT, UPDATE (replayed_at) ON tiendo.dead_letter TO tiendo_operator;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tiendo_worker') THEN
        GRANT USAGE ON SCHEMA tiendo TO tiendo_worker;
        FOR wanted IN SELECT relname FROM pg_class WHERE relnamespace = 'tiendo'::regnamespace AND relkind = 'p' LOOP
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON tiendo.%I TO tiendo_worker', wanted);
        END LOOP;
        -- Which versions may fold is what a migration says; what was decided stays.
        REVOKE INSERT, UPDATE, DELETE ON tiendo.engine, tiendo.engine_measure FROM tiendo_worker;
        REVOKE UPDATE, DELETE ON tiendo.decision FROM tiendo_worker;
    END IF;
END
$$;

COMMENT ON FUNCTION tiendo.provide_roles(text[]) IS 'Makes the roles and grants their rights; returns the roles that an administrator must make.';
