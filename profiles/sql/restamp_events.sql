-- Purpose: the stamp of trust on a source's events of the next deliveries after one, some at a time. Granted it is to what
-- was imported or came with the source's secret key; taken from all.
-- Reads: deliveries. Writes: raw_events.trusted; work_combinations: of each combination of restamped events how many, and
-- the earliest of those that are resolved. Returns: the last delivery looked at; null when there are no more.
CREATE FUNCTION restamp_events(source integer, since timestamptz, trust boolean, after bigint, events_a_batch bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    last bigint;
BEGIN
    SELECT max(delivery_id) INTO last
    FROM (
        SELECT delivery_id, sum(landed) OVER (ORDER BY delivery_id) - landed AS before
        FROM (SELECT delivery_id, landed FROM deliveries WHERE delivery_id > after ORDER BY delivery_id LIMIT 10000) d
    ) chunk
    WHERE before < events_a_batch;

    WITH restamped AS (
        UPDATE raw_events e SET trusted = trust
        FROM deliveries d
        WHERE e.event_id >= (after + 1) << 20 AND e.event_id < (last + 1) << 20 AND e.landed_at >= since
          AND e.source_id = source AND e.trusted <> trust AND d.delivery_id = e.event_id >> 20
          AND (NOT trust OR d.origin = 'import' OR e.payload ->> 'authenticated' = 'true')
        RETURNING e.combination_id, e.event_time, d.resolved_at IS NOT NULL AS resolved
    )
    INSERT INTO work_combinations (combination_id, events, first_vouched)
    SELECT combination_id, count(*), min(event_time) FILTER (WHERE resolved) FROM restamped GROUP BY combination_id;
    ANALYZE work_combinations;
    RETURN last;
END $$;
