-- Purpose: the held links that leave a profile, by both ends' numbers, after a pair. Reads: identifiers, links.
WITH members AS MATERIALIZED (
    SELECT identifier_id FROM members_of(%(profile_id)s)
)
, held AS (
    SELECT m.identifier_id AS own_id, l.b_id AS other_id, l.first_seen, l.event_id, l.vouched, l.held
    FROM members m JOIN links l ON l.a_id = m.identifier_id AND l.held IS NOT NULL
    UNION ALL
    SELECT m.identifier_id, l.a_id, l.first_seen, l.event_id, l.vouched, l.held
    FROM members m JOIN links l ON l.b_id = m.identifier_id AND l.held IS NOT NULL
)
SELECT h.own_id, h.other_id, o.profile_id AS other_profile_id, h.first_seen, h.event_id, h.vouched, h.held
FROM held h
JOIN identifiers o ON o.identifier_id = h.other_id AND o.profile_id <> %(profile_id)s
WHERE (h.own_id, h.other_id) > (%(own)s, %(other)s)
ORDER BY h.own_id, h.other_id
LIMIT %(limit)s
