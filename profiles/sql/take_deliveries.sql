-- Purpose: choose whole unresolved deliveries, oldest first, up to a number of events but at least one delivery.
-- Reads: deliveries. Writes: work_deliveries, work_ranges. Returns: how many.
-- Invariant: each is committed whole; ids need not be in commit order, since nothing is remembered but resolved_at.
CREATE FUNCTION take_deliveries(events_a_batch bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    taken integer;
BEGIN
    INSERT INTO work_deliveries
    SELECT delivery_id, landed
    FROM (
        SELECT delivery_id, landed, sum(landed) OVER (ORDER BY delivery_id) - landed AS before
        FROM (SELECT delivery_id, landed FROM deliveries WHERE resolved_at IS NULL ORDER BY delivery_id LIMIT 10000) d
    ) waiting
    WHERE before < events_a_batch;
    GET DIAGNOSTICS taken = ROW_COUNT;

    INSERT INTO work_ranges
    SELECT min(delivery_id) << 20, (max(delivery_id) + 1) << 20
    FROM (SELECT delivery_id, delivery_id - row_number() OVER (ORDER BY delivery_id) AS run FROM work_deliveries) runs
    GROUP BY run;
    RETURN taken;
END $$;
