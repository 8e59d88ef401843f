-- Purpose: the links between pairs of identifiers, each with the first and the last event that carries both and is kept.
-- Reads: links, identifiers, kinds, combinations, raw_events, deliveries.
-- Method: an event belongs to its strongest identifier, so one with both ends belongs to an end, or to an identifier
-- linked to both. Of each end `reach` neighbours are looked at, and `most` sets of identifiers in all; beyond that, the
-- last event may be a later one than the one given (`capped`).
WITH pairs AS MATERIALIZED (
    SELECT l.*
    FROM unnest(%(a_ids)s::bigint[], %(b_ids)s::bigint[]) AS p (a_id, b_id)
    JOIN links l ON l.a_id = p.a_id AND l.b_id = p.b_id
),
beside AS MATERIALIZED (
    SELECT i.end_id, n.other
    FROM (SELECT a_id AS end_id FROM pairs UNION SELECT b_id FROM pairs) i
    CROSS JOIN LATERAL (
        SELECT b_id AS other FROM links WHERE a_id = i.end_id
        UNION ALL
        SELECT a_id FROM links WHERE b_id = i.end_id
        LIMIT %(reach)s
    ) n
),
owners AS (
    SELECT end_id AS owner_id FROM (SELECT a_id AS end_id FROM pairs UNION SELECT b_id FROM pairs) e
    UNION
    SELECT a.other FROM pairs p
    JOIN beside a ON a.end_id = p.a_id
    WHERE EXISTS (SELECT FROM links x WHERE x.a_id = least(a.other, p.b_id) AND x.b_id = greatest(a.other, p.b_id))
    UNION
    SELECT b.other FROM pairs p
    JOIN beside b ON b.end_id = p.b_id
    WHERE EXISTS (SELECT FROM links x WHERE x.a_id = least(b.other, p.a_id) AND x.b_id = greatest(b.other, p.a_id))
),
together AS MATERIALIZED (
    SELECT c.combination_id, c.identifier_ids FROM owners o JOIN combinations c USING (owner_id) LIMIT %(most)s + 1
),
shown AS (
    SELECT p.a_id, p.b_id, t.combination_id
    FROM together t
    CROSS JOIN LATERAL unnest(t.identifier_ids) AS a (a_id)
    CROSS JOIN LATERAL unnest(t.identifier_ids) AS b (b_id)
    JOIN pairs p ON p.a_id = a.a_id AND p.b_id = b.b_id
),
newest AS MATERIALIZED (
    SELECT c.combination_id, e.*
    FROM (SELECT DISTINCT combination_id FROM shown) c
    CROSS JOIN LATERAL (
        SELECT event_id, event_time, source_id, trusted, type, name FROM raw_events r
        WHERE r.combination_id = c.combination_id ORDER BY r.event_time DESC LIMIT 1
    ) e
),
last AS (
    SELECT DISTINCT ON (s.a_id, s.b_id) s.a_id, s.b_id, n.event_id, n.event_time, n.source_id, n.trusted, n.type, n.name
    FROM shown s JOIN newest n USING (combination_id)
    ORDER BY s.a_id, s.b_id, n.event_time DESC, n.event_id DESC
)
SELECT p.a_id, p.b_id, p.first_seen, p.vouched, p.held,
       f.event_id AS first_event, f.source_id AS first_source, f.trusted AS first_trusted, f.type AS first_type, f.name AS first_name,
       t.event_id AS last_event, t.event_time AS last_seen, t.source_id AS last_source, t.trusted AS last_trusted,
       t.type AS last_type, t.name AS last_name,
       (SELECT count(*) FROM together) > %(most)s
       OR (SELECT count(*) FROM beside WHERE end_id = p.a_id) + (SELECT count(*) FROM beside WHERE end_id = p.b_id) = 2 * %(reach)s
           AS capped
FROM pairs p
LEFT JOIN last t USING (a_id, b_id)
LEFT JOIN LATERAL (
    SELECT e.* FROM deliveries d JOIN raw_events e ON e.event_id = p.event_id AND e.landed_at = d.received_at
    WHERE d.delivery_id = p.event_id >> 20
) f ON true
