-- Purpose: the links inside a profile, by number, after a pair. Reads: identifiers, links.
WITH members AS MATERIALIZED (
    SELECT identifier_id FROM identifiers WHERE identifier_id = %(profile_id)s AND profile_id = %(profile_id)s
    UNION ALL
    SELECT identifier_id FROM identifiers WHERE profile_id = %(profile_id)s AND profile_id <> identifier_id
)
SELECT l.a_id, l.b_id
FROM members a
JOIN links l ON l.a_id = a.identifier_id
JOIN members b ON b.identifier_id = l.b_id
WHERE (l.a_id, l.b_id) > (%(a)s, %(b)s)
ORDER BY l.a_id, l.b_id
LIMIT %(limit)s
