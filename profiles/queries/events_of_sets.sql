-- Purpose: how many events belong to each of some sets of identifiers, given as set and identifier. Sets without are left
-- out. Reads: combinations, raw_events. Cost: one look into raw_events_timeline for each combination and month.
SELECT s.set_id, sum(e.events)::bigint AS events
FROM unnest(%(set_ids)s::bigint[], %(identifier_ids)s::bigint[]) AS s (set_id, identifier_id)
JOIN combinations c ON c.owner_id = s.identifier_id
CROSS JOIN LATERAL (SELECT count(*) AS events FROM raw_events r WHERE r.combination_id = c.combination_id) e
GROUP BY s.set_id
