-- Purpose: for each profile that a link of the batch touches, the event that best tells why it changed: of the links
-- that join it to another, the first to land; without any, of those that touch it.
-- Reads: work_links, work_identifiers.
CREATE FUNCTION bringing_events() RETURNS TABLE (profile_id bigint, event_id bigint) LANGUAGE sql AS $$
    SELECT e.profile_id, coalesce(min(e.event_id) FILTER (WHERE e.profile_id <> e.other_id AND e.in_play), min(e.event_id))
    FROM (
        SELECT a.profile_id, b.profile_id AS other_id, l.in_play, l.event_id
        FROM work_links l
        JOIN work_identifiers a ON a.identifier_id = l.a_id
        JOIN work_identifiers b ON b.identifier_id = l.b_id
        UNION ALL
        SELECT b.profile_id, a.profile_id, l.in_play, l.event_id
        FROM work_links l
        JOIN work_identifiers a ON a.identifier_id = l.a_id
        JOIN work_identifiers b ON b.identifier_id = l.b_id
    ) e
    GROUP BY e.profile_id
$$;
