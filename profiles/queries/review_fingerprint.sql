-- Purpose: whether two profiles are still who somebody saw: their identifiers that name a person, as a hash. A new device changes
-- nothing of it. Reads: identifiers, kinds.
SELECT coalesce(md5(string_agg(m.profile_id || ':' || m.identifier_id, ',' ORDER BY m.profile_id, m.identifier_id)), '') AS fingerprint
FROM (
    SELECT identifier_id, profile_id, kind_id FROM identifiers
    WHERE identifier_id = ANY (%(profile_ids)s) AND profile_id = identifier_id
    UNION ALL
    SELECT identifier_id, profile_id, kind_id FROM identifiers
    WHERE profile_id = ANY (%(profile_ids)s) AND profile_id <> identifier_id
) m
JOIN kinds k USING (kind_id)
WHERE k.known
