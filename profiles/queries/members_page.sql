-- Purpose: a profile's identifiers after one given by number. Reads: identifiers, kinds.
SELECT m.identifier_id, k.name AS kind, m.value, m.vouched, m.standing
FROM members_of(%(profile_id)s) m
JOIN kinds k USING (kind_id)
WHERE m.identifier_id > %(after)s
ORDER BY m.identifier_id
LIMIT %(limit)s
