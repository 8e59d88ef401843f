-- Purpose: every link, by the numbers of its ends, with their profiles; `held` says why it joins nobody. Reads: links, identifiers,
-- kinds.
SELECT ka.name AS a_kind, a.value AS a_value, a.profile_id AS a_profile_id, kb.name AS b_kind, b.value AS b_value,
       b.profile_id AS b_profile_id, l.first_seen, nullif(l.event_id, 0) AS event_id, l.vouched, l.held
FROM links l
JOIN identifiers a ON a.identifier_id = l.a_id JOIN kinds ka ON ka.kind_id = a.kind_id
JOIN identifiers b ON b.identifier_id = l.b_id JOIN kinds kb ON kb.kind_id = b.kind_id
ORDER BY l.a_id, l.b_id
