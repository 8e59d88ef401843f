-- Purpose: the batch's combinations that say something new: never seen, seen earlier than known, or vouched earlier.
-- Reads: work_ranges, raw_events, combinations. Writes: work_combinations.
-- Cost: two thirds of real events bring a combination that says nothing new; those end here.
CREATE FUNCTION gather_combinations() RETURNS void LANGUAGE sql AS $$
    INSERT INTO work_combinations
    SELECT e.*
    FROM (
        SELECT combination_id, any_value(identifiers) AS identifiers, min(event_id) AS arrival, count(*) AS events,
               min(event_time) AS first_seen,
               (min(ARRAY[microseconds(event_time), event_id]))[2] AS first_event,
               min(event_time) FILTER (WHERE trusted) AS first_vouched,
               (min(ARRAY[microseconds(event_time), event_id]) FILTER (WHERE trusted))[2] AS first_vouched_event
        FROM work_ranges r
        JOIN raw_events ON event_id >= r.first_event AND event_id < r.end_event
        GROUP BY combination_id
    ) e
    LEFT JOIN combinations c USING (combination_id)
    WHERE c.combination_id IS NULL OR e.first_seen < c.first_seen
       OR e.first_vouched < coalesce(c.first_vouched, 'infinity');
    ANALYZE work_combinations;
$$;
