-- Purpose: every identifier in order of arrival, with its profile. Reads: identifiers, kinds.
SELECT i.profile_id, k.name AS kind, i.value, i.vouched, i.standing
FROM identifiers i JOIN kinds k USING (kind_id)
ORDER BY i.identifier_id
