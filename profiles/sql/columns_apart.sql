-- Purpose: the names of the columns in which two rows differ; 'missing' where only the computed one is, else 'left over'.
CREATE FUNCTION columns_apart(stored jsonb, computed jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN stored IS NULL THEN 'missing' ELSE 'left over' END WHERE stored IS NULL OR computed IS NULL
    UNION ALL
    SELECT c.key FROM jsonb_each(computed) c WHERE stored -> c.key <> c.value
$$;
