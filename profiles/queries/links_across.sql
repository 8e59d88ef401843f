-- Purpose: the held links between two profiles, oldest first. Reads: identifiers, links.
-- Cost: the pairs of their identifiers are looked up if they are few; else the held links of the smaller profile are read.
WITH p AS MATERIALIZED (
    SELECT identifier_id FROM members_of(%(p)s)
),
q AS MATERIALIZED (
    SELECT identifier_id FROM members_of(%(q)s)
)
SELECT l.a_id, l.b_id, l.held
FROM (
    SELECT l.* FROM p CROSS JOIN q JOIN links l ON l.a_id = least(p.identifier_id, q.identifier_id)
                                           AND l.b_id = greatest(p.identifier_id, q.identifier_id)
    WHERE %(pairwise)s
    UNION ALL
    SELECT l.* FROM p JOIN links l ON l.a_id = p.identifier_id AND l.held IS NOT NULL JOIN q ON q.identifier_id = l.b_id
    WHERE NOT %(pairwise)s
    UNION ALL
    SELECT l.* FROM p JOIN links l ON l.b_id = p.identifier_id AND l.held IS NOT NULL JOIN q ON q.identifier_id = l.a_id
    WHERE NOT %(pairwise)s
) l
WHERE l.held IS NOT NULL
ORDER BY l.first_seen, l.a_id, l.b_id
LIMIT %(limit)s
