-- Purpose: the engine's tables are planned for as what they are: not as empty, where autovacuum sampled one while its first rows
-- were not committed, and not as unknown, where it finds no moment to because batch follows batch (keep_statistics).
-- Reads: pg_class. Writes: statistics.
-- Cost: four look-ups in a catalogue; where a table must be sampled, some ten milliseconds. It waits for nobody.
CREATE FUNCTION renew_statistics() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    engine_table regclass;
BEGIN
    FOR engine_table IN
        SELECT oid::regclass
        FROM pg_class
        WHERE oid IN (to_regclass('identifiers'), to_regclass('links'), to_regclass('combinations'), to_regclass('trait_values'))
          AND pg_relation_size(oid) / current_setting('block_size')::int > greatest(reltuples / 4, 100)
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', engine_table);
    END LOOP;
END $$;
