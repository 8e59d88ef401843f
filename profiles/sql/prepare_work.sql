-- Purpose: the engine's work tables, of this session alone, empty; and what it plans by, sound.
-- Invariant: they are those of this create_work(): a session that was there before an upgrade makes them anew.
-- Cost: a commit leaves them empty, yet they are truncated each time: that has the functions planned anew, and a plan made
-- for a batch of one event takes a batch of 100,000 many times as long.
CREATE FUNCTION prepare_work() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    made_by text := obj_description('create_work()'::regprocedure, 'pg_proc');
    old regclass;
BEGIN
    IF obj_description(to_regclass('pg_temp.work_ranges'), 'pg_class') IS DISTINCT FROM made_by THEN
        FOR old IN SELECT oid FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' AND relname LIKE 'work\_%' LOOP
            EXECUTE format('DROP TABLE %s', old);
        END LOOP;
        PERFORM create_work();
        EXECUTE format('COMMENT ON TABLE pg_temp.work_ranges IS %L', made_by);
    END IF;
    TRUNCATE work_deliveries, work_ranges, work_combinations, work_numbered, work_members, work_named, work_arrivals,
        work_identifiers, work_links, work_loaded, work_places, work_edges, work_cores, work_labels, work_conflicted, work_separations,
        work_assertions, work_conflicts, work_crossings;
    PERFORM renew_statistics();
END $$;
