-- Purpose: profiles of which somebody said a trait that starts with these words, whatever the case.
-- Reads: trait_values, combinations, identifiers. Cost: a range of the index trait_values_search.
SELECT DISTINCT ON (i.profile_id) i.profile_id, t.name AS kind, t.value #>> '{}' AS value, 'trait' AS how
FROM (
    SELECT combination_id, name, value
    FROM trait_values
    WHERE lower(left(value #>> '{}', 100)) LIKE %(pattern)s AND jsonb_typeof(value) IN ('string', 'number')
    LIMIT 500
) t
JOIN combinations c USING (combination_id)
JOIN identifiers i ON i.identifier_id = c.owner_id
ORDER BY i.profile_id DESC, t.name
LIMIT %(limit)s
