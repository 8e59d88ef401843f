-- Purpose: the profiles that hold what a decision names. Reads: decision_identifiers, kinds, identifiers.
SELECT DISTINCT i.profile_id
FROM decision_identifiers n
JOIN kinds k ON k.name = n.kind
JOIN identifiers i ON i.value = n.value AND i.kind_id = k.kind_id
WHERE n.decision_id = %(decision_id)s
ORDER BY i.profile_id
