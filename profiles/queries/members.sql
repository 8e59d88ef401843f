-- Purpose: the identifiers of some profiles, strongest first, at most `limit` of each profile.
-- Reads: identifiers, kinds.
SELECT m.profile_id, m.identifier_id, k.name AS kind, m.value, m.vouched, m.standing, m.members
FROM unnest(%(profile_ids)s::bigint[]) AS p (profile_id)
CROSS JOIN LATERAL (
    SELECT i.*, count(*) OVER () AS members
    FROM members_of(p.profile_id) i
    JOIN kinds k USING (kind_id)
    ORDER BY k.rank, k.name, i.identifier_id
    LIMIT %(limit)s
) m
JOIN kinds k USING (kind_id)
ORDER BY m.profile_id, k.rank, k.name, m.identifier_id
