-- Purpose: the links between some identifiers. Reads: links, identifiers, kinds.
SELECT l.a_id, l.b_id, ka.name AS a_kind, a.value AS a_value, kb.name AS b_kind, b.value AS b_value,
       l.first_seen, l.event_id, l.vouched, l.held
FROM links l
JOIN identifiers a ON a.identifier_id = l.a_id
JOIN identifiers b ON b.identifier_id = l.b_id
JOIN kinds ka ON ka.kind_id = a.kind_id
JOIN kinds kb ON kb.kind_id = b.kind_id
WHERE l.a_id = ANY (%(identifier_ids)s) AND l.b_id = ANY (%(identifier_ids)s)
ORDER BY ka.rank, kb.rank, l.a_id, l.b_id
