-- Purpose: decisions, newest first, before one, out of a bounded stretch of them; each with the identifiers of its sides
-- (the strongest of each by name) and, of an assertion in force, whether a separation holds it.
-- Reads: decisions, decision_identifiers, kinds, identifiers, pending_decisions.
WITH page AS (
    SELECT d.*, d.action = 'assert' AND d.withdrawn_at IS NULL AND count(DISTINCT i.profile_id) > 1 AS held
    FROM (
        SELECT * FROM decisions
        WHERE decision_id < %(before)s
          AND (%(named)s::bigint[] IS NULL OR decision_id = ANY (%(named)s))
        ORDER BY decision_id DESC
        LIMIT %(stretch)s
    ) d
    LEFT JOIN decision_identifiers n ON d.action = 'assert' AND n.decision_id = d.decision_id
    LEFT JOIN kinds k ON k.name = n.kind
    LEFT JOIN identifiers i ON i.value = n.value AND i.kind_id = k.kind_id
    WHERE (%(action)s = '' OR d.action = %(action)s)
      AND (%(author)s = '' OR d.author = %(author)s OR d.withdrawn_by = %(author)s)
      AND (%(state)s = '' OR (%(state)s = 'withdrawn') = (d.withdrawn_at IS NOT NULL))
    GROUP BY d.decision_id, d.action, d.reason, d.author, d.created_at, d.withdrawn_at, d.withdrawn_by, d.withdrawn_because
    HAVING %(state)s <> 'held' OR count(DISTINCT i.profile_id) > 1
    ORDER BY d.decision_id DESC
    LIMIT %(limit)s
)
SELECT p.decision_id, p.action, p.reason, p.author, p.created_at, p.withdrawn_at, p.withdrawn_by, p.withdrawn_because, p.held,
       s.a_size, s.b_size, s.a_named, s.b_named, s.a_profile_id, s.b_profile_id, w.seen_by AS approved_by
FROM page p
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE side = 'a') AS a_size, count(*) FILTER (WHERE side = 'b') AS b_size,
           coalesce(array_agg(named ORDER BY place) FILTER (WHERE side = 'a' AND place <= %(members)s), '{}') AS a_named,
           coalesce(array_agg(named ORDER BY place) FILTER (WHERE side = 'b' AND place <= %(members)s), '{}') AS b_named,
           (array_agg(profile_id ORDER BY place) FILTER (WHERE side = 'a' AND profile_id IS NOT NULL))[1] AS a_profile_id,
           (array_agg(profile_id ORDER BY place) FILTER (WHERE side = 'b' AND profile_id IS NOT NULL))[1] AS b_profile_id
    FROM (
        SELECT n.side, n.kind || ':' || n.value AS named, i.profile_id,
               row_number() OVER (PARTITION BY n.side ORDER BY k.rank, n.kind, n.value) AS place
        FROM decision_identifiers n
        LEFT JOIN kinds k ON k.name = n.kind
        LEFT JOIN identifiers i ON i.value = n.value AND i.kind_id = k.kind_id
        WHERE n.decision_id = p.decision_id
    ) named
) s
LEFT JOIN LATERAL (
    SELECT seen_by FROM pending_decisions
    WHERE state = 'approved' AND what <> 'withdraw' AND decision_ids @> ARRAY[p.decision_id] LIMIT 1
) w ON true
ORDER BY p.decision_id DESC
