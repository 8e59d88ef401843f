-- Purpose: add the batch's traits to what each source said of each combination. Least, greatest and sum commute, so the
-- order of deliveries makes no difference; each delivery is added once, in the transaction that resolves it.
-- Reads: work_ranges, raw_events. Writes: trait_values.
CREATE FUNCTION write_traits() RETURNS void LANGUAGE sql AS $$
    INSERT INTO trait_values (combination_id, name, source_id, value_hash, value, first_time, first_message,
                              last_time, last_message, events)
    SELECT combination_id, t.key, source_id, md5(t.value::text)::uuid, any_value(t.value),
           min(event_time), (array_agg(message_id ORDER BY event_time, message_id))[1],
           max(event_time), (array_agg(message_id ORDER BY event_time DESC, message_id DESC))[1], count(*)
    FROM work_ranges r
    JOIN raw_events ON event_id >= r.first_event AND event_id < r.end_event
    CROSS JOIN LATERAL jsonb_each(traits) AS t
    WHERE jsonb_typeof(traits) = 'object'
    GROUP BY combination_id, t.key, source_id, md5(t.value::text)::uuid
    ON CONFLICT (combination_id, name, source_id, value_hash) DO UPDATE
    SET (first_time, first_message) = (
            SELECT f.t, f.m FROM (VALUES (trait_values.first_time, trait_values.first_message),
                                         (excluded.first_time, excluded.first_message)) AS f (t, m) ORDER BY t, m LIMIT 1),
        (last_time, last_message) = (
            SELECT f.t, f.m FROM (VALUES (trait_values.last_time, trait_values.last_message),
                                         (excluded.last_time, excluded.last_message)) AS f (t, m) ORDER BY t DESC, m DESC LIMIT 1),
        events = trait_values.events + excluded.events
$$;
