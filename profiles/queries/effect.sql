-- Purpose: what an event's identifiers are to the engine, and the profile each is in. The event's own identifier first.
-- Reads: raw_events, combinations, identifiers, kinds.
SELECT i.identifier_id, k.name AS kind, i.value, i.standing, i.vouched, i.profile_id, i.identifier_id = c.owner_id AS owner
FROM raw_events e
JOIN combinations c USING (combination_id)
JOIN identifiers i ON i.identifier_id = ANY (c.identifier_ids)
JOIN kinds k USING (kind_id)
WHERE e.event_id = %(event_id)s
ORDER BY (i.identifier_id = c.owner_id) DESC, k.rank, k.name, i.value
