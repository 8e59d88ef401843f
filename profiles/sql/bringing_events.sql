-- Purpose: for each profile that loses identifiers, the event that best tells why: of the batch's links that join it to
-- another, the first to land; without any, of those that touch it.
-- Reads: work_links, work_identifiers.
CREATE FUNCTION bringing_events() RETURNS TABLE (profile_id bigint, event_id bigint) LANGUAGE sql AS $$
    SELECT e.profile_id, coalesce(min(e.event_id) FILTER (WHERE e.joins), min(e.event_id))
    FROM (
        SELECT profile_a AS profile_id, event_id, profile_a <> profile_b AND held IS NULL AS joins FROM work_links
        UNION ALL
        SELECT profile_b, event_id, profile_a <> profile_b AND held IS NULL FROM work_links
    ) e
    WHERE e.profile_id IN (
        SELECT w.profile_id FROM work_identifiers w WHERE w.loaded AND NOT w.arrived AND w.new_profile_id <> w.profile_id
    )
    GROUP BY e.profile_id
$$;
