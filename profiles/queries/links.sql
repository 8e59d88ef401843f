-- Purpose: the oldest links inside a profile. Reads: identifiers, kinds, links.
-- Cost: the numbers and times of the profile's links; names are looked up of those shown.
WITH members AS MATERIALIZED (
    SELECT identifier_id FROM members_of(%(profile_id)s)
),
oldest AS MATERIALIZED (
    SELECT l.*
    FROM members m
    JOIN links l ON l.a_id = m.identifier_id
    JOIN members o ON o.identifier_id = l.b_id
    ORDER BY l.first_seen, l.a_id, l.b_id
    LIMIT %(limit)s
)
SELECT l.a_id, l.b_id, ka.name AS a_kind, a.value AS a_value, kb.name AS b_kind, b.value AS b_value,
       l.first_seen, l.event_id, l.vouched, l.held
FROM oldest l
JOIN identifiers a ON a.identifier_id = l.a_id
JOIN identifiers b ON b.identifier_id = l.b_id
JOIN kinds ka ON ka.kind_id = a.kind_id
JOIN kinds kb ON kb.kind_id = b.kind_id
ORDER BY l.first_seen, l.a_id, l.b_id
