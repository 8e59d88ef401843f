-- Purpose: the separations in force that have an identifier of one side in one profile and of the other in another.
-- Reads: identifiers, kinds, decisions, decision_identifiers. Cost: a look-up for each identifier of both.
WITH members AS (
    SELECT * FROM identifiers WHERE identifier_id = ANY (%(profile_ids)s) AND profile_id = identifier_id
    UNION ALL
    SELECT * FROM identifiers WHERE profile_id = ANY (%(profile_ids)s) AND profile_id <> identifier_id
), sides AS (
    SELECT DISTINCT n.decision_id, n.side, m.profile_id
    FROM members m
    JOIN kinds k USING (kind_id)
    JOIN decision_identifiers n ON n.value = m.value AND n.kind = k.name
)
SELECT d.decision_id
FROM sides one
JOIN sides other ON other.decision_id = one.decision_id AND other.side <> one.side AND other.profile_id <> one.profile_id
JOIN decisions d ON d.decision_id = one.decision_id
WHERE d.withdrawn_at IS NULL AND d.action = 'separate' AND one.side = 'a'
GROUP BY d.decision_id
ORDER BY d.decision_id
