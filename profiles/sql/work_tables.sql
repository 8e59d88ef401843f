-- Purpose: this session's work tables, and which of them were sampled since they were last emptied. Reads: pg_class.
CREATE FUNCTION work_tables() RETURNS TABLE (work_table regclass, sampled boolean) LANGUAGE sql STABLE AS $$
    SELECT oid::regclass, reltuples >= 0 FROM pg_class
    WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' AND relname LIKE 'work\_%'
$$;
