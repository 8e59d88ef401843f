-- Purpose: the profiles that were told traits by deliveries resolved after a time, those of them that were told a value which
-- nobody had said there before, and how far this goes.
-- Reads: deliveries, raw_events, trait_values, combinations, identifiers. Invariant: deliveries are resolved under the engine's
-- lock, so none turns up behind one. Cost: that of the deliveries' events; OFFSET 0 keeps the planner from walking another index.
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
), said AS MATERIALIZED (
    SELECT e.combination_id, t.key, e.source_id, md5(t.value::text)::uuid AS value_hash, count(*) AS events
    FROM due d
    CROSS JOIN LATERAL (
        SELECT combination_id, source_id, traits FROM raw_events
        WHERE event_id >= d.delivery_id << 20 AND event_id < (d.delivery_id + 1) << 20 OFFSET 0
    ) e
    CROSS JOIN LATERAL jsonb_each(CASE WHEN jsonb_typeof(e.traits) = 'object' THEN e.traits ELSE '{}' END) AS t
    GROUP BY 1, 2, 3, 4
), told AS (
    SELECT i.profile_id, bool_or(v.events <= s.events) AS brought
    FROM said s
    JOIN combinations c ON c.combination_id = s.combination_id
    JOIN identifiers i ON i.identifier_id = c.owner_id
    LEFT JOIN LATERAL (
        SELECT events FROM trait_values k
        WHERE k.combination_id = s.combination_id AND k.name = s.key AND k.source_id = s.source_id
          AND k.value_hash = s.value_hash
        OFFSET 0
    ) v ON true
    GROUP BY i.profile_id
)
SELECT (SELECT count(*) FROM due) AS deliveries,
       (SELECT max(resolved_at) FROM due) AS resolved_at,
       (SELECT delivery_id FROM due ORDER BY resolved_at DESC, delivery_id DESC LIMIT 1) AS delivery,
       ARRAY(SELECT profile_id FROM told ORDER BY profile_id) AS profile_ids,
       ARRAY(SELECT profile_id FROM told WHERE brought ORDER BY profile_id) AS brought
