-- Purpose: when each combination of restamped events was first vouched for, by the resolved events that are left; an older
-- time than theirs is that of an event out of retention and stays. Those that changed stay in work_combinations.
-- Reads: work_combinations, raw_events, deliveries. Writes: combinations, work_combinations.
CREATE FUNCTION revouch_combinations() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work_combinations w SET first_seen = v.vouched
    FROM (
        SELECT c.combination_id,
               CASE WHEN c.first_vouched < least(w.first_vouched, e.vouched) THEN c.first_vouched ELSE e.vouched END AS vouched
        FROM work_combinations w
        JOIN combinations c USING (combination_id)
        CROSS JOIN LATERAL (
            SELECT min(event_time) AS vouched
            FROM raw_events e JOIN deliveries d ON d.delivery_id = e.event_id >> 20
            WHERE e.combination_id = w.combination_id AND e.trusted AND d.resolved_at IS NOT NULL
        ) e
    ) v
    WHERE v.combination_id = w.combination_id;

    DELETE FROM work_combinations w
    WHERE NOT EXISTS (
        SELECT FROM combinations c WHERE c.combination_id = w.combination_id AND c.first_vouched IS DISTINCT FROM w.first_seen
    );
    UPDATE combinations c SET first_vouched = w.first_seen FROM work_combinations w WHERE w.combination_id = c.combination_id;
END $$;
