-- Purpose: of the batch's links in play, the one that best tells why two profiles' identifiers came together:
-- between the two if there is one, else from the old to elsewhere, else any that touches the new profile.
CREATE FUNCTION bringing_event(from_id bigint, to_id bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT l.event_id
    FROM work_identifiers w
    JOIN work_links l ON w.identifier_id IN (l.a_id, l.b_id)
    JOIN work_identifiers o ON o.identifier_id = CASE WHEN l.a_id = w.identifier_id THEN l.b_id ELSE l.a_id END
    WHERE w.profile_id = from_id OR w.new_profile_id = to_id
    ORDER BY NOT (w.profile_id = from_id AND o.profile_id = to_id), NOT (w.profile_id = from_id), NOT coalesce(l.in_play, false), l.event_id
    LIMIT 1
$$;
