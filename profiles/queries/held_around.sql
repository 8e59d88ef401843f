-- Purpose: the links that the rules or a decision hold in the neighbourhoods of some profiles, apart from those of step 2.
-- Reads: identifiers, links.
WITH hoods AS (
    SELECT DISTINCT neighbourhood_id FROM identifiers WHERE identifier_id = ANY (%(profile_ids)s)
), around AS (
    SELECT i.identifier_id FROM hoods h JOIN identifiers i ON i.identifier_id = h.neighbourhood_id
    UNION
    SELECT i.identifier_id FROM hoods h JOIN identifiers i
        ON i.neighbourhood_id = h.neighbourhood_id AND i.neighbourhood_id <> i.identifier_id
)
SELECT coalesce(array_agg(l.a_id), '{}') AS a_ids, coalesce(array_agg(l.b_id), '{}') AS b_ids,
       coalesce(array_agg(l.held), '{}') AS reasons
FROM around JOIN links l ON l.a_id = identifier_id
WHERE l.held IS NOT NULL AND l.held NOT IN ('blocked', 'shared')
