-- Purpose: the profiles that were told traits by deliveries resolved after a time, and how far this goes.
-- Reads: deliveries, raw_events, combinations, identifiers. Invariant: deliveries are resolved under the engine's lock, so
-- none turns up behind one. Cost: that of the deliveries' events; OFFSET 0 keeps the planner from walking another index.
WITH due AS MATERIALIZED (
    SELECT delivery_id, resolved_at
    FROM (
        SELECT delivery_id, resolved_at, sum(landed) OVER (ORDER BY resolved_at, delivery_id) - landed AS before
        FROM (
            SELECT delivery_id, resolved_at, landed FROM deliveries
            WHERE resolved_at >= %(resolved_at)s AND (resolved_at, delivery_id) > (%(resolved_at)s, %(delivery)s)
            ORDER BY resolved_at, delivery_id LIMIT 200
        ) d
    ) d
    WHERE before < %(events)s
), told AS (
    SELECT DISTINCT i.profile_id
    FROM due d
    CROSS JOIN LATERAL (
        SELECT DISTINCT combination_id FROM (
            SELECT combination_id, traits FROM raw_events
            WHERE event_id >= d.delivery_id << 20 AND event_id < (d.delivery_id + 1) << 20 OFFSET 0
        ) r
        WHERE jsonb_typeof(traits) = 'object' AND traits <> '{}'
    ) e
    JOIN combinations c ON c.combination_id = e.combination_id
    JOIN identifiers i ON i.identifier_id = c.owner_id
)
SELECT (SELECT count(*) FROM due) AS deliveries,
       (SELECT max(resolved_at) FROM due) AS resolved_at,
       (SELECT delivery_id FROM due ORDER BY resolved_at DESC, delivery_id DESC LIMIT 1) AS delivery,
       ARRAY(SELECT profile_id FROM told ORDER BY profile_id) AS profile_ids
