-- Purpose: add the batch's traits to what each source said of each combination. Least, greatest and sum commute, so the
-- order of deliveries makes no difference; each delivery is added once, in the transaction that resolves it.
-- Reads: work_ranges, raw_events. Writes: trait_values.
-- Cost: the first and the last message are found as the least and the greatest of one text, not by sorting each group;
-- OFFSET 0 keeps the planner from walking another index of all events there ever were.
CREATE FUNCTION write_traits() RETURNS void LANGUAGE sql AS $$
    INSERT INTO trait_values AS known (combination_id, name, source_id, value_hash, value, first_time, first_message,
                                       last_time, last_message, events)
    SELECT combination_id, key, source_id, value_hash, any_value(value),
           min(event_time), right(min(said), 36)::uuid, max(event_time), right(max(said), 36)::uuid, count(*)
    FROM (
        SELECT combination_id, t.key, source_id, md5(t.value::text)::uuid AS value_hash, t.value, event_time,
               ((microseconds(event_time) + 4611686018427387904)::text || message_id::text) COLLATE "C" AS said
        FROM work_ranges r
        CROSS JOIN LATERAL (
            SELECT * FROM raw_events WHERE event_id >= r.first_event AND event_id < r.end_event OFFSET 0
        ) e
        CROSS JOIN LATERAL jsonb_each(e.traits) AS t
        WHERE jsonb_typeof(e.traits) = 'object'
    ) told
    GROUP BY combination_id, key, source_id, value_hash
    ON CONFLICT (combination_id, name, source_id, value_hash) DO UPDATE
    SET first_time = least(known.first_time, excluded.first_time),
        first_message = CASE WHEN (excluded.first_time, excluded.first_message) < (known.first_time, known.first_message)
                             THEN excluded.first_message ELSE known.first_message END,
        last_time = greatest(known.last_time, excluded.last_time),
        last_message = CASE WHEN (excluded.last_time, excluded.last_message) > (known.last_time, known.last_message)
                            THEN excluded.last_message ELSE known.last_message END,
        events = known.events + excluded.events
$$;
