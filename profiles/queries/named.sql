-- Purpose: identifiers by number, with the profile that holds each. Reads: identifiers, kinds.
SELECT i.identifier_id, k.name AS kind, i.value, i.vouched, i.standing, i.profile_id
FROM identifiers i JOIN kinds k USING (kind_id)
WHERE i.identifier_id = ANY (%(identifier_ids)s)
ORDER BY k.rank, k.name, i.identifier_id
