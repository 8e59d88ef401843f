-- Purpose: the engine's work tables, of this session alone, empty; and what it plans by, sound.
-- Cost: a commit leaves them empty, yet they are truncated each time: that has the functions planned anew, and a plan made
-- for a batch of one event takes a batch of 100,000 many times as long.
CREATE FUNCTION prepare_work() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('pg_temp.work_ranges') IS NULL THEN
        PERFORM create_work();
    END IF;
    TRUNCATE work_deliveries, work_ranges, work_combinations, work_members, work_named, work_identifiers, work_links,
        work_loaded, work_joins, work_cores, work_edges, work_labels, work_neighbourhoods, work_separations, work_assertions,
        work_conflicts, work_crossings;
    PERFORM renew_statistics();
END $$;
