-- Purpose: the identifiers of a profile as decisions name them. Reads: identifiers, kinds.
SELECT i.identifier_id, k.name AS kind, i.value
FROM (
    SELECT * FROM identifiers WHERE identifier_id = %(profile_id)s AND profile_id = %(profile_id)s
    UNION ALL
    SELECT * FROM identifiers WHERE profile_id = %(profile_id)s AND profile_id <> identifier_id
) i
JOIN kinds k USING (kind_id)
ORDER BY i.identifier_id
