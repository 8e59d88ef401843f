-- Purpose: what a decision names, strongest first, with the profile that holds each now (null: no event has shown it).
-- Reads: decision_identifiers, kinds, identifiers.
SELECT n.side, n.kind, n.value, i.profile_id
FROM decision_identifiers n
LEFT JOIN kinds k ON k.name = n.kind
LEFT JOIN identifiers i ON i.value = n.value AND i.kind_id = k.kind_id
WHERE n.decision_id = %(decision_id)s
ORDER BY n.side, k.rank, n.kind, n.value
LIMIT %(limit)s
