-- Purpose: five of the batch's merges, into one profile or (null) into any, each with the event that brings it about.
-- Reads: work_identifiers, work_links. The profiles are as they stand without the batch.
CREATE FUNCTION examples_of_merges(target bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(jsonb_build_object('from', from_id, 'to', to_id, 'event_id', event_id))
    FROM (
        SELECT g.from_id, g.to_id, e.event_id
        FROM gone_profiles() g LEFT JOIN bringing_events() e ON e.profile_id = g.from_id
        WHERE target IS NULL OR g.to_id = target
        ORDER BY g.from_id LIMIT 5
    ) few
$$;
