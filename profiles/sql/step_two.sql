-- Purpose: why step 2 of the function holds a link between identifiers of these standings; null: it doesn't.
-- 0 in play, 1 shared counting public links, 2 shared by vouched links alone, 3 blocked
CREATE FUNCTION step_two(a smallint, b smallint, vouched boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN greatest(a, b) = 3 THEN 'blocked'
                WHEN greatest(a, b) = 2 OR (greatest(a, b) = 1 AND NOT vouched) THEN 'shared' END
$$;
