-- Purpose: the identifiers of a profile as decisions name them. Reads: identifiers, kinds.
SELECT i.identifier_id, k.name AS kind, i.value
FROM members_of(%(profile_id)s) i
JOIN kinds k USING (kind_id)
ORDER BY i.identifier_id
