-- Purpose: a profile's identifiers after one given by number. Reads: identifiers, kinds.
SELECT m.identifier_id, k.name AS kind, m.value, m.vouched, m.standing
FROM (
    SELECT * FROM identifiers WHERE identifier_id = %(profile_id)s AND profile_id = %(profile_id)s
    UNION ALL
    SELECT * FROM identifiers WHERE profile_id = %(profile_id)s AND profile_id <> identifier_id
) m
JOIN kinds k USING (kind_id)
WHERE m.identifier_id > %(after)s
ORDER BY m.identifier_id
LIMIT %(limit)s
