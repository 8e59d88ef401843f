-- Purpose: the pairs of profiles that a standing separation keeps apart, of the touched ones or of all.
-- Reads: decisions, decision_identifiers, identifiers, kinds, review_members. Writes: review_separated.
CREATE FUNCTION gather_review_separations(everything boolean) RETURNS void LANGUAGE sql AS $$
    WITH wanted AS (
        SELECT decision_id FROM decisions WHERE everything AND action = 'separate' AND withdrawn_at IS NULL
        UNION
        SELECT d.decision_id
        FROM review_members m JOIN kinds k USING (kind_id)
        JOIN decision_identifiers n ON n.value = m.value AND n.kind = k.name
        JOIN decisions d ON d.decision_id = n.decision_id AND d.action = 'separate' AND d.withdrawn_at IS NULL
    ), sides AS (
        SELECT DISTINCT n.decision_id, n.side, i.profile_id
        FROM wanted JOIN decision_identifiers n USING (decision_id)
        JOIN kinds k ON k.name = n.kind
        JOIN identifiers i ON i.value = n.value AND i.kind_id = k.kind_id
    )
    INSERT INTO review_separated
    SELECT a.decision_id, least(a.profile_id, b.profile_id), greatest(a.profile_id, b.profile_id)
    FROM sides a JOIN sides b ON b.decision_id = a.decision_id AND b.side = 'b'
    WHERE a.side = 'a' AND a.profile_id <> b.profile_id
$$;
