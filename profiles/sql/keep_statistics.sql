-- Purpose: nobody samples a table of the engine in the midst of a batch as large as all that is in it. Autovacuum would note that
-- no row is alive in thousands of pages, and the rest of the batch would be planned by that: for minutes instead of seconds.
-- Reads: work_deliveries, pg_class. Invariant: taken after engine_lock(); vacuum holds one table's lock and waits for none of
-- ours, so nobody can deadlock. Cost: autovacuum passes by; where it is at such a table already, up to a second's wait.
CREATE FUNCTION keep_statistics() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    young regclass;
BEGIN
    FOR young IN
        SELECT oid::regclass
        FROM pg_class
        WHERE oid IN (to_regclass('identifiers'), to_regclass('links'), to_regclass('combinations'),
                      to_regclass('trait_values'), to_regclass('conflicted_neighbourhoods'))
          AND reltuples < (SELECT sum(landed) FROM work_deliveries)
        ORDER BY oid
    LOOP
        EXECUTE format('LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE', young);
    END LOOP;
END $$;
