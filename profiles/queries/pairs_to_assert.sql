-- Purpose: pairs of identifiers, one of each of two profiles, by which a person may say that they are one: first the
-- smallest of both; then, for where limits or lack of vouching would tear the two apart again, the strongest vouched
-- known ones and those of each kind of which they have more than its limit together.
-- Reads: identifiers, kinds.
WITH members AS (
    SELECT i.identifier_id, i.profile_id, i.vouched, k.kind_id, k.name, k.rank, k.known, k."limit"
    FROM (
        SELECT * FROM identifiers WHERE identifier_id IN (%(a)s, %(b)s) AND profile_id = identifier_id
        UNION ALL
        SELECT * FROM identifiers WHERE profile_id IN (%(a)s, %(b)s) AND profile_id <> identifier_id
    ) i
    JOIN kinds k USING (kind_id)
), crowded AS (
    SELECT kind_id, name, rank, min(identifier_id) FILTER (WHERE profile_id = %(a)s) AS a_id,
           min(identifier_id) FILTER (WHERE profile_id = %(b)s) AS b_id
    FROM members
    GROUP BY kind_id, name, rank, "limit"
    HAVING count(*) > "limit"
), strongest AS (
    SELECT DISTINCT ON (profile_id) profile_id, identifier_id FROM members WHERE known AND vouched
    ORDER BY profile_id, rank, name, identifier_id
), pairs AS (
    SELECT 0 AS place, %(a)s::bigint AS a_id, %(b)s::bigint AS b_id
    UNION ALL
    SELECT 1, a.identifier_id, b.identifier_id
    FROM strongest a JOIN strongest b ON a.profile_id = %(a)s AND b.profile_id = %(b)s
    UNION ALL
    SELECT 1 + row_number() OVER (ORDER BY rank, name), a_id, b_id FROM crowded
    WHERE a_id IS NOT NULL AND b_id IS NOT NULL
)
SELECT a_id, ka.name AS a_kind, a.value AS a_value, b_id, kb.name AS b_kind, b.value AS b_value
FROM (SELECT a_id, b_id, min(place) AS place FROM pairs GROUP BY a_id, b_id) p
JOIN identifiers a ON a.identifier_id = p.a_id JOIN kinds ka ON ka.kind_id = a.kind_id
JOIN identifiers b ON b.identifier_id = p.b_id JOIN kinds kb ON kb.kind_id = b.kind_id
ORDER BY p.place
