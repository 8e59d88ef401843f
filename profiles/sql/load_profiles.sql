-- Purpose: bring in the members of these profiles, of neighbourhoods loaded in part.
-- Reads: identifiers. Writes: work_named.
CREATE FUNCTION load_profiles(profiles bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO work_named (identifier_id, kind_id, value, arrived, newly_vouched, vouched, was_standing, standing,
                            core_id, neighbourhood_id, profile_id)
    SELECT m.identifier_id, m.kind_id, m.value, false, false, m.vouched, m.standing, m.standing,
           m.core_id, m.neighbourhood_id, m.profile_id
    FROM unnest(profiles) AS p (profile_id)
    CROSS JOIN LATERAL members_of(p.profile_id) m
    WHERE NOT EXISTS (SELECT FROM work_named w WHERE w.identifier_id = m.identifier_id)
$$;
