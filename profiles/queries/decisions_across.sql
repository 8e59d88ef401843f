-- Purpose: the decisions in force whose sides lie in two profiles: separations that keep them apart, and assertions that
-- a separation holds. Reads: identifiers, kinds, decisions, decision_identifiers.
WITH sides AS MATERIALIZED (
    SELECT d.decision_id, s.side, bool_or(i.profile_id = %(p)s) AS in_p, bool_or(i.profile_id = %(q)s) AS in_q
    FROM (
        SELECT DISTINCT t.decision_id
        FROM members_of(%(p)s) m
        JOIN kinds k USING (kind_id)
        JOIN decision_identifiers t ON t.value = m.value AND t.kind = k.name
    ) n
    JOIN decisions d ON d.decision_id = n.decision_id AND d.withdrawn_at IS NULL
    JOIN decision_identifiers s ON s.decision_id = d.decision_id
    JOIN kinds k ON k.name = s.kind
    JOIN identifiers i ON i.value = s.value AND i.kind_id = k.kind_id
    GROUP BY d.decision_id, s.side
)
SELECT d.decision_id, d.action, d.author, d.created_at AS at, d.reason
FROM sides a
JOIN sides b ON b.decision_id = a.decision_id AND b.side <> a.side
JOIN decisions d ON d.decision_id = a.decision_id
WHERE a.in_p AND b.in_q
ORDER BY d.action DESC, d.decision_id
LIMIT %(limit)s
