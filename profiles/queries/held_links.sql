-- Purpose: the held links that leave a profile, with the profile at their other end, oldest first.
-- Reads: identifiers, kinds, links.
WITH members AS (
    SELECT identifier_id, kind_id, value FROM members_of(%(profile_id)s)
),
held AS (
    SELECT m.identifier_id, m.kind_id, m.value, l.b_id AS other_id, l.first_seen, l.event_id, l.vouched, l.held
    FROM members m JOIN links l ON l.a_id = m.identifier_id AND l.held IS NOT NULL
    UNION ALL
    SELECT m.identifier_id, m.kind_id, m.value, l.a_id, l.first_seen, l.event_id, l.vouched, l.held
    FROM members m JOIN links l ON l.b_id = m.identifier_id AND l.held IS NOT NULL
)
SELECT h.identifier_id, h.other_id, k.name AS kind, h.value, ok.name AS other_kind, o.value AS other_value, o.profile_id AS other_profile_id,
       h.first_seen, h.event_id, h.vouched, h.held
FROM held h
JOIN kinds k ON k.kind_id = h.kind_id
JOIN identifiers o ON o.identifier_id = h.other_id
JOIN kinds ok ON ok.kind_id = o.kind_id
WHERE o.profile_id <> %(profile_id)s
ORDER BY h.first_seen, h.event_id, h.other_id
LIMIT %(limit)s
