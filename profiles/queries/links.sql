-- Purpose: the links inside a profile, oldest first, after a point given by (first seen, both identifiers).
-- Reads: identifiers, kinds, links.
WITH members AS (
    SELECT identifier_id, kind_id, value FROM identifiers
    WHERE identifier_id = %(profile_id)s AND profile_id = %(profile_id)s
    UNION ALL
    SELECT identifier_id, kind_id, value FROM identifiers
    WHERE profile_id = %(profile_id)s AND profile_id <> identifier_id
)
SELECT l.a_id, l.b_id, ka.name AS a_kind, a.value AS a_value, kb.name AS b_kind, b.value AS b_value,
       l.first_seen, l.event_id, l.vouched, l.held
FROM members a
JOIN links l ON l.a_id = a.identifier_id
JOIN members b ON b.identifier_id = l.b_id
JOIN kinds ka ON ka.kind_id = a.kind_id
JOIN kinds kb ON kb.kind_id = b.kind_id
ORDER BY l.first_seen, l.a_id, l.b_id
LIMIT %(limit)s
