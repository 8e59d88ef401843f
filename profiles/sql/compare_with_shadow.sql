-- Purpose: the rows in which a table in force and the shadow's answer differ, as shadow.differing_…, with their columns
-- as JSON; a row that one of the two lacks is null there.
-- Returns: for each column that differs, how often; for lacking rows the columns are 'missing' and 'left over'.
CREATE FUNCTION compare_with_shadow(engine_table text, keys text) RETURNS TABLE (difference text, rows bigint)
LANGUAGE plpgsql SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    EXECUTE format(
        'CREATE UNLOGGED TABLE shadow.differing_%1$s AS
         SELECT %2$s, to_jsonb(stored) AS stored, to_jsonb(computed) AS computed
         FROM public.%1$I stored FULL JOIN shadow.answer_%1$s computed USING (%2$s)
         WHERE stored IS DISTINCT FROM computed', engine_table, keys);
    RETURN QUERY EXECUTE format(
        'SELECT c.difference, count(*)
         FROM shadow.differing_%1$s d CROSS JOIN LATERAL columns_apart(d.stored, d.computed) AS c (difference)
         GROUP BY c.difference ORDER BY c.difference', engine_table);
END $$;
