-- Purpose: how many events each of some profiles has. Reads: identifiers, combinations, raw_events.
-- Cost: one look into raw_events_timeline for each combination and month.
SELECT m.profile_id, sum(e.events)::bigint AS events
FROM (
    SELECT identifier_id, profile_id FROM identifiers
    WHERE identifier_id = ANY (%(profile_ids)s) AND profile_id = identifier_id
    UNION ALL
    SELECT identifier_id, profile_id FROM identifiers
    WHERE profile_id = ANY (%(profile_ids)s) AND profile_id <> identifier_id
) m
JOIN combinations c ON c.owner_id = m.identifier_id
CROSS JOIN LATERAL (SELECT count(*) AS events FROM raw_events r WHERE r.combination_id = c.combination_id) e
GROUP BY m.profile_id
