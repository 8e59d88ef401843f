-- Purpose: the assertions in force within a profile, the first `most`.
-- Reads: identifiers, kinds, decisions, decision_identifiers.
WITH said AS (
    SELECT d.decision_id, s.side, m.identifier_id
    FROM members_of(%(profile_id)s) m
    JOIN kinds k USING (kind_id)
    JOIN decision_identifiers s ON s.value = m.value AND s.kind = k.name
    JOIN decisions d ON d.decision_id = s.decision_id AND d.action = 'assert' AND d.withdrawn_at IS NULL
)
SELECT a.identifier_id AS a_id, b.identifier_id AS b_id, a.decision_id
FROM said a JOIN said b ON b.decision_id = a.decision_id AND b.side = 'b'
WHERE a.side = 'a'
ORDER BY a.decision_id
LIMIT %(most)s
