-- Purpose: resolve all that has landed, a bounded batch of whole deliveries a transaction.
-- Call it outside a transaction: from psql, pg_cron, or a worker. Killed at any point, it loses and doubles nothing.
CREATE PROCEDURE resolve_deliveries(events_a_batch bigint DEFAULT 200000) LANGUAGE plpgsql AS $$
BEGIN
    WHILE resolve_batch(events_a_batch) IS NOT NULL LOOP
        COMMIT;
    END LOOP;
END $$;
