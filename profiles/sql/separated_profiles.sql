-- Purpose: the pairs of profiles that a person's decision keeps apart, the smaller id first.
-- Reads: decisions, decision_identifiers, kinds, identifiers.
CREATE FUNCTION separated_profiles() RETURNS TABLE (a_id bigint, b_id bigint) LANGUAGE sql STABLE AS $$
    WITH sides AS (
        SELECT DISTINCT s.decision_id, s.side, i.profile_id
        FROM decisions d
        JOIN decision_identifiers s USING (decision_id)
        JOIN kinds k ON k.name = s.kind
        JOIN identifiers i ON i.value = s.value AND i.kind_id = k.kind_id
        WHERE d.action = 'separate' AND d.withdrawn_at IS NULL
    )
    SELECT DISTINCT least(a.profile_id, b.profile_id), greatest(a.profile_id, b.profile_id)
    FROM sides a JOIN sides b USING (decision_id)
    WHERE a.side = 'a' AND b.side = 'b' AND a.profile_id <> b.profile_id
$$;
