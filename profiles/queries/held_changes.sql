-- Purpose: the links that were held and are no more, that are and were not, and whose reason is another one now; some of
-- each, with how many there are. `was_…`: the held links before, `is_…`: after. Reads: links, identifiers, kinds.
WITH was AS (
    SELECT * FROM unnest(%(was_a)s::bigint[], %(was_b)s::bigint[], %(was_reasons)s::text[]) AS w (a_id, b_id, held)
), is_now AS (
    SELECT * FROM unnest(%(is_a)s::bigint[], %(is_b)s::bigint[], %(is_reasons)s::text[]) AS n (a_id, b_id, held)
), differing AS (
    SELECT a_id, b_id, was.held AS was, is_now.held AS now,
           CASE WHEN was.held IS NULL THEN 'gained' WHEN is_now.held IS NULL THEN 'freed' ELSE 'changed' END AS change
    FROM was FULL JOIN is_now USING (a_id, b_id)
    WHERE was.held IS DISTINCT FROM is_now.held
), numbered AS (
    SELECT d.*, l.first_seen, l.event_id, count(*) OVER (PARTITION BY change) AS all_of_change,
           row_number() OVER (PARTITION BY change ORDER BY l.first_seen, d.a_id, d.b_id) AS place
    FROM differing d JOIN links l ON l.a_id = d.a_id AND l.b_id = d.b_id
)
SELECT n.change, ka.name AS a_kind, a.value AS a_value, kb.name AS b_kind, b.value AS b_value, n.was, n.now,
       n.first_seen, n.event_id, a.profile_id AS a_profile_id, b.profile_id AS b_profile_id, n.all_of_change
FROM numbered n
JOIN identifiers a ON a.identifier_id = n.a_id JOIN kinds ka ON ka.kind_id = a.kind_id
JOIN identifiers b ON b.identifier_id = n.b_id JOIN kinds kb ON kb.kind_id = b.kind_id
WHERE n.place <= %(limit)s
ORDER BY n.change, n.place
