-- Purpose: the engine's work tables, of this session alone, empty.
-- Cost: a commit leaves them empty; only after another batch in the same transaction is there anything to truncate, which
-- for so many tables takes longer than resolving an event.
CREATE FUNCTION prepare_work() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('pg_temp.work_ranges') IS NULL THEN
        PERFORM create_work();
    ELSIF EXISTS (SELECT FROM work_deliveries) OR EXISTS (SELECT FROM work_combinations) OR EXISTS (SELECT FROM work_members)
          OR EXISTS (SELECT FROM work_named) OR EXISTS (SELECT FROM work_loaded) THEN
        TRUNCATE work_deliveries, work_ranges, work_combinations, work_members, work_named, work_identifiers, work_links,
            work_loaded, work_joins, work_cores, work_edges, work_labels, work_neighbourhoods, work_separations, work_assertions,
            work_conflicts, work_crossings;
    END IF;
END $$;
