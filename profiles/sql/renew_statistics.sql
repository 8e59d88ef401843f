-- Purpose: the engine's tables are never planned for as if they were empty. Where autovacuum looks at one while its first
-- large batch is not committed, it notes that no row is alive in thousands of pages, and what is planned by that reads
-- whole tables once for each row. Reads: pg_class. Writes: statistics.
-- Cost: four look-ups in a catalogue; where a table must be sampled, some ten milliseconds. It waits for nobody.
CREATE FUNCTION renew_statistics() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    engine_table regclass;
BEGIN
    FOR engine_table IN
        SELECT oid::regclass
        FROM pg_class
        WHERE oid IN (to_regclass('identifiers'), to_regclass('links'), to_regclass('combinations'), to_regclass('trait_values'))
          AND reltuples >= 0 AND pg_relation_size(oid) / current_setting('block_size')::int > greatest(reltuples / 4, 100)
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', engine_table);
    END LOOP;
END $$;
