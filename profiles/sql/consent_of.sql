-- Purpose: what the people behind some profiles agreed to. Each identifier holds what was last said of a purpose in an event of
-- its profile that carries it; over the identifiers of a profile the strictest wins: one no is a no.
-- Reads: members_of(), combinations, trait_values. Nothing of it is stored with the profile, so it follows merge and unmerge.
CREATE FUNCTION consent_of(profile_ids bigint[]) RETURNS TABLE (profile_id bigint, purpose text, granted boolean, said_at timestamptz)
LANGUAGE sql STABLE AS $$
    WITH members AS MATERIALIZED (
        SELECT p.id AS profile_id, m.identifier_id FROM unnest(profile_ids) AS p (id) CROSS JOIN LATERAL members_of(p.id) m
    ), stated AS MATERIALIZED (
        SELECT m.profile_id, i.id AS identifier_id, t.value, t.last_time, t.last_message
        FROM members m
        CROSS JOIN LATERAL (SELECT * FROM combinations WHERE owner_id = m.identifier_id OFFSET 0) c
        CROSS JOIN LATERAL (
            SELECT * FROM trait_values v WHERE v.combination_id = c.combination_id AND v.name = '$consent' OFFSET 0
        ) t
        CROSS JOIN LATERAL unnest(c.identifier_ids) AS i (id)
        JOIN members other ON other.profile_id = m.profile_id AND other.identifier_id = i.id
    ), purposes AS (
        SELECT DISTINCT s.profile_id, p.purpose
        FROM stated s, jsonb_array_elements_text((s.value -> 'granted') || (s.value -> 'denied')) AS p (purpose)
    ), latest AS (
        SELECT DISTINCT ON (s.profile_id, s.identifier_id, p.purpose)
               s.profile_id, p.purpose, s.value -> 'granted' ? p.purpose AS granted, s.last_time
        FROM stated s
        JOIN purposes p ON p.profile_id = s.profile_id
                       AND ((s.value -> 'whole')::boolean OR s.value -> 'granted' ? p.purpose OR s.value -> 'denied' ? p.purpose)
        ORDER BY s.profile_id, s.identifier_id, p.purpose, s.last_time DESC, s.last_message DESC, s.value -> 'granted' ? p.purpose
    )
    SELECT l.profile_id, l.purpose, bool_and(l.granted), max(l.last_time) FROM latest l GROUP BY 1, 2
$$;
