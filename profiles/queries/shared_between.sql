-- Purpose: identifiers outside two profiles that held links lead to from both: what the two have in common. Of each
-- profile the first `reach` held links are looked at. Those that name somebody come first.
-- Reads: identifiers, kinds, links.
WITH p AS (
    SELECT identifier_id FROM members_of(%(p)s)
),
q AS (
    SELECT identifier_id FROM members_of(%(q)s)
),
of_p AS MATERIALIZED (
    SELECT l.b_id AS other, l.held FROM p JOIN links l ON l.a_id = p.identifier_id AND l.held IS NOT NULL
    UNION ALL
    SELECT l.a_id, l.held FROM p JOIN links l ON l.b_id = p.identifier_id AND l.held IS NOT NULL
    LIMIT %(reach)s
),
of_q AS MATERIALIZED (
    SELECT l.b_id AS other, l.held FROM q JOIN links l ON l.a_id = q.identifier_id AND l.held IS NOT NULL
    UNION ALL
    SELECT l.a_id, l.held FROM q JOIN links l ON l.b_id = q.identifier_id AND l.held IS NOT NULL
    LIMIT %(reach)s
)
SELECT i.identifier_id, k.name AS kind, i.value, i.vouched, i.standing, i.profile_id
FROM (SELECT other FROM of_p INTERSECT SELECT other FROM of_q) c
JOIN identifiers i ON i.identifier_id = c.other
JOIN kinds k USING (kind_id)
WHERE i.profile_id NOT IN (%(p)s, %(q)s)
ORDER BY k.rank, k.name, i.identifier_id
LIMIT %(limit)s
