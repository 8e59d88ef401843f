-- Purpose: choose whole unresolved deliveries, oldest first, up to a number of events but at least one delivery. Parked
-- ones are left out; one that is suspect or was released is taken alone.
-- Reads: waiting_deliveries(), parked_deliveries, suspect_deliveries. Writes: work_deliveries, work_ranges. Returns: how many.
-- Invariant: each is committed whole; ids need not be in commit order, since nothing is remembered but resolved_at.
CREATE FUNCTION take_deliveries(events_a_batch bigint) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_deliveries
    SELECT delivery_id, landed
    FROM (
        SELECT delivery_id, landed, sum(landed) OVER (ORDER BY delivery_id) - landed AS before
        FROM (SELECT * FROM waiting_deliveries() ORDER BY delivery_id LIMIT 10000) d
    ) waiting
    WHERE before < events_a_batch;

    DELETE FROM work_deliveries
    WHERE delivery_id > (SELECT min(delivery_id) FROM work_deliveries)
      AND delivery_id >= (
              SELECT min(delivery_id)
              FROM (SELECT delivery_id FROM suspect_deliveries UNION ALL SELECT delivery_id FROM parked_deliveries) alone
              JOIN work_deliveries USING (delivery_id)
          );

    INSERT INTO work_ranges
    SELECT min(delivery_id) << 20, (max(delivery_id) + 1) << 20
    FROM (SELECT delivery_id, delivery_id - row_number() OVER (ORDER BY delivery_id) AS run FROM work_deliveries) runs
    GROUP BY run;
    RETURN count(*) FROM work_deliveries;
END $$;
