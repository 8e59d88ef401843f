-- Purpose: delete raw events of an erasure whose profile is gone, some at a time; combinations with none left are done with.
-- Reads: erasure_combinations. Writes: raw_events, deliveries.erased, erasure_combinations. Returns: how many events went.
CREATE FUNCTION erase_events(erasure bigint, most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    deleted bigint;
BEGIN
    WITH chosen AS MATERIALIZED (
        SELECT e.event_id, e.landed_at
        FROM erasure_combinations c
        CROSS JOIN LATERAL (SELECT event_id, landed_at FROM raw_events WHERE combination_id = c.combination_id OFFSET 0) e
        WHERE c.erasure_id = erasure
        LIMIT most
    ), gone AS (
        DELETE FROM raw_events e USING chosen c WHERE e.event_id = c.event_id AND e.landed_at = c.landed_at
        RETURNING e.event_id >> 20 AS delivery_id
    ), noted AS (
        UPDATE deliveries d SET erased = d.erased + g.events
        FROM (SELECT delivery_id, count(*) AS events FROM gone GROUP BY delivery_id) g
        WHERE d.delivery_id = g.delivery_id
    )
    SELECT count(*) INTO deleted FROM gone;
    IF deleted < most THEN
        DELETE FROM erasure_combinations WHERE erasure_id = erasure;
    END IF;
    RETURN deleted;
END $$;
