-- Purpose: every change of the partition, in order, with its identifiers as far as they are still held.
-- Reads: profile_changes, identifiers, kinds.
SELECT c.change_id, c.at, c.change, c.from_profile_id, c.to_profile_id, named.identifiers, c.cause, c.cause_id
FROM profile_changes c
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(k.name || ':' || i.value ORDER BY i.identifier_id), '{}') AS identifiers
    FROM identifiers i JOIN kinds k USING (kind_id)
    WHERE i.identifier_id = ANY (c.identifier_ids)
) named
ORDER BY c.change_id
