-- Purpose: resolve all that has landed, and all that a rule change touches, a bounded batch a transaction.
-- Call it outside a transaction: from psql, pg_cron, or a worker. Killed at any point, it loses and doubles nothing.
CREATE PROCEDURE resolve_deliveries(events_a_batch bigint DEFAULT 1000000) LANGUAGE plpgsql AS $$
BEGIN
    WHILE resolve_batch(events_a_batch) IS NOT NULL LOOP
        COMMIT;
    END LOOP;
    WHILE take_up_kinds() IS NOT NULL LOOP
        COMMIT;
    END LOOP;
    WHILE reconsider_waiting() IS NOT NULL LOOP
        COMMIT;
    END LOOP;
END $$;
