-- Purpose: the assertions in force between some identifiers. Reads: identifiers, kinds, decisions, decision_identifiers.
WITH said AS (
    SELECT d.decision_id, s.side, i.identifier_id
    FROM identifiers i
    JOIN kinds k USING (kind_id)
    JOIN decision_identifiers s ON s.value = i.value AND s.kind = k.name
    JOIN decisions d ON d.decision_id = s.decision_id AND d.action = 'assert' AND d.withdrawn_at IS NULL
    WHERE i.identifier_id = ANY (%(identifier_ids)s)
)
SELECT least(a.identifier_id, b.identifier_id) AS a_id, greatest(a.identifier_id, b.identifier_id) AS b_id, a.decision_id
FROM said a JOIN said b ON b.decision_id = a.decision_id AND b.side = 'b'
WHERE a.side = 'a'
ORDER BY a.decision_id
LIMIT %(limit)s
