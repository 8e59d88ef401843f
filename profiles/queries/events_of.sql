-- Purpose: how many events belong to some identifiers. Reads: combinations, raw_events.
-- Cost: one look into raw_events_timeline for each combination and month.
SELECT coalesce(sum(e.events), 0)::bigint AS events
FROM combinations c
CROSS JOIN LATERAL (SELECT count(*) AS events FROM raw_events r WHERE r.combination_id = c.combination_id) e
WHERE c.owner_id = ANY (%(identifier_ids)s)
