-- Purpose: the engine's work tables, of this session alone, empty; and what it plans by, sound. small: what follows is little.
-- Invariant: they are those of this create_work(): a session that was there before an upgrade makes them anew.
-- Cost: a commit leaves them empty, yet for a large batch they are truncated: that has the functions planned anew, and a plan made
-- for a batch of one event takes a batch of 100,000 many times as long. Small batches share their plans until the store has
-- doubled, or a table of it is analysed, for planning one costs several times what doing it does. That is why most of what each
-- batch runs is written in PL/pgSQL: before PostgreSQL 18 an SQL function forgets its plans.
CREATE FUNCTION prepare_work(small boolean DEFAULT false) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    made_by text := obj_description('create_work()'::regprocedure, 'pg_proc');
    stored bigint := pages_stored();
    planned_for bigint := nullif(current_setting('idportal.planned_for', true), '')::bigint;
    keeps_plans boolean := coalesce(small AND stored BETWEEN planned_for / 2 AND planned_for * 2 + 8, false);
    old regclass;
BEGIN
    IF obj_description(to_regclass('pg_temp.work_ranges'), 'pg_class') IS DISTINCT FROM made_by THEN
        FOR old IN SELECT work_table FROM work_tables() LOOP
            EXECUTE format('DROP TABLE %s', old);
        END LOOP;
        PERFORM create_work();
        EXECUTE format('COMMENT ON TABLE pg_temp.work_ranges IS %L', made_by);
    END IF;
    FOR old IN SELECT work_table FROM work_tables() WHERE NOT keeps_plans OR sampled OR pg_relation_size(work_table) > 0 LOOP
        EXECUTE format('TRUNCATE %s', old);
    END LOOP;
    IF NOT keeps_plans THEN
        PERFORM set_config('idportal.planned_for', CASE WHEN small THEN stored::text ELSE '' END, false);
    END IF;
    PERFORM renew_statistics();
END $$;
