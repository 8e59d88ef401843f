-- Purpose: the links inside a profile, by number, after a pair. Reads: identifiers, links.
WITH members AS MATERIALIZED (
    SELECT identifier_id FROM members_of(%(profile_id)s)
)
SELECT l.a_id, l.b_id
FROM members a
JOIN links l ON l.a_id = a.identifier_id
JOIN members b ON b.identifier_id = l.b_id
WHERE (l.a_id, l.b_id) > (%(a)s, %(b)s)
ORDER BY l.a_id, l.b_id
LIMIT %(limit)s
