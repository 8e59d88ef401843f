-- Purpose: delete events that have landed and are not resolved (parked ones) and carry one of these identifiers.
-- Reads and writes: raw_events, deliveries.erased. Returns: how many. Cost: one pass over the events of these deliveries.
CREATE FUNCTION erase_waiting_events(waiting bigint[], texts text[]) RETURNS bigint LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM raw_events e USING unnest(waiting) AS w (delivery_id)
        WHERE e.event_id >= w.delivery_id << 20 AND e.event_id < (w.delivery_id + 1) << 20 AND e.identifiers && texts
        RETURNING w.delivery_id
    ), noted AS (
        UPDATE deliveries d SET erased = d.erased + g.events
        FROM (SELECT delivery_id, count(*) AS events FROM gone GROUP BY delivery_id) g
        WHERE d.delivery_id = g.delivery_id
    )
    SELECT count(*) FROM gone
$$;
