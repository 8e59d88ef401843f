-- Purpose: identifiers whose value starts with what somebody typed, in byte order, one row each.
-- Reads: identifiers, kinds. Cost: a range of the index identifier_once, which is in byte order.
SELECT i.profile_id, k.name AS kind, i.value, 'starts with' AS how
FROM identifiers i
JOIN kinds k USING (kind_id)
WHERE i.value >= %(prefix)s AND i.value < %(beyond)s
ORDER BY i.value, k.name
LIMIT %(limit)s
