-- Purpose: the links that the rules or a decision hold in the neighbourhoods of some profiles, apart from those of step 2.
-- Reads: identifiers, links.
WITH hoods AS (
    SELECT DISTINCT neighbourhood_id FROM identifiers WHERE identifier_id = ANY (%(profile_ids)s)
), around AS (
    SELECT i.identifier_id
    FROM hoods h CROSS JOIN LATERAL (SELECT identifier_id FROM members_of_neighbourhood(h.neighbourhood_id) OFFSET 0) i
)
SELECT coalesce(array_agg(l.a_id), '{}') AS a_ids, coalesce(array_agg(l.b_id), '{}') AS b_ids,
       coalesce(array_agg(l.held), '{}') AS reasons
FROM around JOIN links l ON l.a_id = identifier_id
WHERE l.held IS NOT NULL AND l.held NOT IN ('blocked', 'shared')
