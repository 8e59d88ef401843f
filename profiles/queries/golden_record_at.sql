-- Purpose: the golden record of some identifiers from the events that were resolved by a cut, by today's survivorship
-- rules; the newest `limit` events that are still kept, as golden_traits() picks.
-- Reads: combinations, trait_values, raw_events, deliveries, trait_rules.
WITH told AS MATERIALIZED (
    SELECT e.*, ((microseconds(e.event_time) + 4611686018427387904)::text || e.message_id::text) COLLATE "C" AS said
    FROM unnest(%(identifier_ids)s::bigint[]) AS m (identifier_id)
    JOIN combinations c ON c.owner_id = m.identifier_id
                       AND EXISTS (SELECT FROM trait_values v WHERE v.combination_id = c.combination_id)
    CROSS JOIN LATERAL (
        SELECT r.event_id, r.event_time, r.source_id, r.message_id, r.traits FROM raw_events r
        WHERE r.combination_id = c.combination_id AND r.landed_at <= %(cut)s AND jsonb_typeof(r.traits) = 'object'
        ORDER BY r.event_time DESC
        LIMIT %(limit)s
    ) e
    JOIN deliveries d ON d.delivery_id = e.event_id >> 20 AND d.resolved_at <= %(cut)s
    LIMIT %(limit)s
),
said AS (
    SELECT t.key AS name, e.source_id, md5(t.value::text)::uuid AS value_hash, any_value(t.value) AS value, count(*) AS events,
           right(min(e.said), 36)::uuid AS first_message, min(e.event_time) AS first_time,
           right(max(e.said), 36)::uuid AS last_message, max(e.event_time) AS last_time
    FROM told e CROSS JOIN LATERAL jsonb_each(e.traits) AS t
    WHERE t.key <> '$consent'
    GROUP BY 1, 2, 3
),
counted AS (
    SELECT s.*, coalesce(r.survivorship, 'most_recent') AS survivorship, array_position(r.source_ids, s.source_id) AS priority,
           sum(s.events) OVER (PARTITION BY s.name, s.value_hash) AS value_events,
           dense_rank() OVER (PARTITION BY s.name ORDER BY s.value_hash)
           + dense_rank() OVER (PARTITION BY s.name ORDER BY s.value_hash DESC) - 1 AS values_said
    FROM said s LEFT JOIN trait_rules r ON r.trait = s.name
)
SELECT DISTINCT ON (name) %(profile_id)s::bigint AS profile_id, name, value::text AS value, survivorship, source_id,
       CASE WHEN survivorship = 'first' THEN first_time ELSE last_time END AS time, values_said
FROM counted
ORDER BY name,
         CASE WHEN survivorship = 'source_priority' THEN coalesce(priority, 2147483647) END,
         CASE WHEN survivorship = 'most_frequent' THEN -value_events END,
         CASE WHEN survivorship = 'first' THEN first_time END,
         CASE WHEN survivorship = 'first' THEN first_message END,
         last_time DESC, last_message DESC, value_hash
