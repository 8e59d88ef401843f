-- Purpose: the identifiers of a profile, those picked first, then the strongest, each with what holds it there: how many links
-- it has inside, since when, and the strongest it is linked to.
-- Reads: identifiers, kinds, links. Cost: one sort of the profile's identifiers; the links of those shown.
WITH members AS MATERIALIZED (
    SELECT i.identifier_id, k.name AS kind, k.rank, i.value, i.vouched, i.standing
    FROM members_of(%(profile_id)s) i
    JOIN kinds k USING (kind_id)
), shown AS MATERIALIZED (
    SELECT * FROM members
    ORDER BY identifier_id = ANY (%(picked)s::bigint[]) DESC, rank, kind, identifier_id
    LIMIT %(limit)s
), ends AS (
    SELECT s.identifier_id, l.b_id AS other_id, l.first_seen FROM shown s JOIN links l ON l.a_id = s.identifier_id AND l.held IS NULL
    UNION ALL
    SELECT s.identifier_id, l.a_id, l.first_seen FROM shown s JOIN links l ON l.b_id = s.identifier_id AND l.held IS NULL
), held_by AS (
    SELECT e.identifier_id, count(*) AS links, min(e.first_seen) AS first_seen,
           (array_agg(o.kind || ':' || o.value ORDER BY o.rank, o.kind, o.identifier_id))[1] AS strongest
    FROM ends e JOIN members o ON o.identifier_id = e.other_id
    GROUP BY e.identifier_id
)
SELECT s.identifier_id, s.kind, s.value, s.vouched, s.standing, coalesce(h.links, 0) AS links, h.first_seen, h.strongest
FROM shown s
LEFT JOIN held_by h USING (identifier_id)
ORDER BY s.rank, s.kind, s.identifier_id
