-- Purpose: how many pages the engine's tables have. Reads: their files' sizes.
CREATE FUNCTION pages_stored() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT sum(pg_relation_size(oid)) / current_setting('block_size')::int
    FROM pg_class
    WHERE oid IN (to_regclass('identifiers'), to_regclass('links'), to_regclass('combinations'), to_regclass('trait_values'))
$$;
