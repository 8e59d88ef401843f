-- Purpose: add the batch's traits to what each source said of each combination. Least, greatest and sum commute, so the
-- order of deliveries makes no difference; each delivery is added once, in the transaction that resolves it.
-- A longer name than the transformation lets through (lambdas/event.py) stays in its event: no index could hold it.
-- Reads: work_ranges, raw_events. Writes: trait_values. The engine is its only writer, so what is new can be told first.
-- Cost: of a combination that is new nothing is known, so nothing is looked up. The first and the last message are found as the
-- least and the greatest of one text, not by sorting each group, and that text is made once an event, not once a key; keys are drawn one by one, without a
-- table of pairs each time. OFFSET 0 keeps it so, and the planner from walking another index of all events there ever were.
CREATE FUNCTION write_traits() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH told AS (
        SELECT combination_id, key, source_id, md5(value)::uuid AS value_hash, value::jsonb AS value,
               min(event_time) AS first_time, right(min(said), 36)::uuid AS first_message,
               max(event_time) AS last_time, right(max(said), 36)::uuid AS last_message, count(*) AS events
        FROM (
            SELECT combination_id, key, source_id, (traits -> key)::text AS value, event_time, said
            FROM work_ranges r
            CROSS JOIN LATERAL (
                SELECT jsonb_object_keys(traits) AS key, combination_id, source_id, event_time, traits, said
                FROM (
                    SELECT combination_id, source_id, event_time, traits,
                           ((microseconds(event_time) + 4611686018427387904)::text || message_id::text) COLLATE "C" AS said
                    FROM raw_events
                    WHERE event_id >= r.first_event AND event_id < r.end_event AND jsonb_typeof(traits) = 'object'
                    OFFSET 0
                ) whole
                OFFSET 0
            ) e
            WHERE length(key) <= 255
        ) e
        GROUP BY combination_id, key, source_id, value
    ), found AS (
        SELECT t.*, k.row AS known
        FROM told t
        LEFT JOIN work_combinations c ON c.combination_id = t.combination_id AND c.is_new
        LEFT JOIN LATERAL (
            SELECT ctid AS row FROM trait_values k
            WHERE c.combination_id IS NULL AND k.combination_id = t.combination_id AND k.name = t.key AND k.source_id = t.source_id
              AND k.value_hash = t.value_hash
            OFFSET 0
        ) k ON true
    ), written AS (
        INSERT INTO trait_values (combination_id, name, source_id, value_hash, value, first_time, first_message,
                                  last_time, last_message, events)
        SELECT combination_id, key, source_id, value_hash, value, first_time, first_message, last_time, last_message, events
        FROM found WHERE known IS NULL ORDER BY combination_id
    )
    UPDATE trait_values k
    SET first_time = least(k.first_time, t.first_time),
        first_message = CASE WHEN (t.first_time, t.first_message) < (k.first_time, k.first_message)
                             THEN t.first_message ELSE k.first_message END,
        last_time = greatest(k.last_time, t.last_time),
        last_message = CASE WHEN (t.last_time, t.last_message) > (k.last_time, k.last_message)
                            THEN t.last_message ELSE k.last_message END,
        events = k.events + t.events
    FROM found t
    WHERE t.known IS NOT NULL AND k.ctid = t.known;
END $$;
