-- Purpose: the batch's combinations that say something new: never seen, seen earlier than known, or vouched earlier.
-- Reads: work_ranges, raw_events, combinations. Writes: work_combinations.
-- The events are evidence of links, so there is none of a single identifier.
-- Cost: two thirds of real events bring a combination that says nothing new; those end here. They are looked up in the order of
-- the index, so that a page of it is read once. The first OFFSET 0 keeps the planner from walking another index of all events
-- there ever were, the second from sorting events instead of combinations. Where nothing is stored nothing is looked up.
CREATE FUNCTION gather_combinations() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_combinations
    WITH seen AS (
        SELECT combination_id, any_value(identifiers) AS identifiers, min(event_id) AS arrival, count(*) AS events,
               min(event_time) AS first_seen,
               (min(ARRAY[microseconds(event_time), event_id]) FILTER (WHERE links))[2] AS first_event,
               min(event_time) FILTER (WHERE trusted) AS first_vouched,
               (min(ARRAY[microseconds(event_time), event_id]) FILTER (WHERE trusted AND links))[2] AS first_vouched_event
        FROM work_ranges r
        CROSS JOIN LATERAL (
            SELECT combination_id, identifiers, cardinality(identifiers) > 1 AS links, event_id, event_time, trusted
            FROM raw_events WHERE event_id >= r.first_event AND event_id < r.end_event OFFSET 0
        ) raw
        GROUP BY combination_id
        OFFSET 0
    )
    SELECT e.*, c.combination_id IS NULL
    FROM (SELECT * FROM seen ORDER BY combination_id) e
    LEFT JOIN LATERAL (
        SELECT * FROM combinations k WHERE EXISTS (SELECT FROM combinations) AND k.combination_id = e.combination_id OFFSET 0
    ) c ON true
    WHERE c.combination_id IS NULL OR e.first_seen < c.first_seen
       OR e.first_vouched < coalesce(c.first_vouched, 'infinity');
    PERFORM sample_work('work_combinations', '(combination_id)');
END $$;
