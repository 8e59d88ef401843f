-- Purpose: what merged into a profile, split from it or moved, newest first, before a change.
-- Reads: profile_changes, identifiers, kinds, decisions. At most 12 identifiers of each change are named.
SELECT c.change_id, c.at, c.change, c.from_profile_id, c.to_profile_id, c.cause, c.cause_id,
       cardinality(c.identifier_ids) AS moved, named.identifiers, d.author, d.reason
FROM (
    SELECT * FROM profile_changes WHERE from_profile_id = %(profile_id)s AND change_id < %(before)s
    UNION
    SELECT * FROM profile_changes WHERE to_profile_id = %(profile_id)s AND change_id < %(before)s
) c
LEFT JOIN decisions d ON c.cause = 'decision' AND d.decision_id = c.cause_id
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(k.name || ':' || i.value ORDER BY k.rank, i.identifier_id), '{}') AS identifiers
    FROM identifiers i JOIN kinds k USING (kind_id)
    WHERE i.identifier_id = ANY (c.identifier_ids[1:12])
) named
ORDER BY c.change_id DESC
LIMIT %(limit)s
