-- Purpose: tell the planner what is in a work table, where that is much. One that nobody sampled counts as ten pages, some hundred
-- rows, which plans well enough for fewer, so that the engine's functions keep their plans from one small batch to the next.
CREATE FUNCTION sample_work(work_table text, columns text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF pg_relation_size(to_regclass(work_table)) > 32 * current_setting('block_size')::int THEN
        EXECUTE format('ANALYZE %s %s', work_table, columns);
    END IF;
END $$;
