-- Purpose: the identifiers of a profile, strongest first, each with what holds it there: how many links it has inside, since
-- when, and the strongest it is linked to.
-- Reads: identifiers, kinds, links.
WITH members AS (
    SELECT i.identifier_id, k.name AS kind, k.rank, i.value, i.vouched, i.standing
    FROM (
        SELECT * FROM identifiers WHERE identifier_id = %(profile_id)s AND profile_id = %(profile_id)s
        UNION ALL
        SELECT * FROM identifiers WHERE profile_id = %(profile_id)s AND profile_id <> identifier_id
    ) i
    JOIN kinds k USING (kind_id)
), inside AS (
    SELECT l.a_id, l.b_id, l.first_seen
    FROM members m JOIN links l ON l.a_id = m.identifier_id JOIN members o ON o.identifier_id = l.b_id
    WHERE l.held IS NULL
), ends AS (
    SELECT a_id AS identifier_id, b_id AS other_id, first_seen FROM inside
    UNION ALL
    SELECT b_id, a_id, first_seen FROM inside
), held_by AS (
    SELECT e.identifier_id, count(*) AS links, min(e.first_seen) AS first_seen,
           (array_agg(o.kind || ':' || o.value ORDER BY o.rank, o.kind, o.identifier_id))[1] AS strongest
    FROM ends e JOIN members o ON o.identifier_id = e.other_id
    GROUP BY e.identifier_id
)
SELECT m.identifier_id, m.kind, m.value, m.vouched, m.standing, coalesce(h.links, 0) AS links, h.first_seen, h.strongest
FROM members m
LEFT JOIN held_by h USING (identifier_id)
ORDER BY m.rank, m.kind, m.identifier_id
LIMIT %(limit)s
