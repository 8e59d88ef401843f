-- Purpose: the identifiers of a profile at a cut: those whose first change after it, among those that touch the profile,
-- took them from there, and those that are there now and that none of these changes names. `known` is the greatest
-- identifier that had arrived.
-- Reads: identifiers, profile_changes. Cost: the changes of this one profile since then.
WITH since AS MATERIALIZED (
    SELECT change_id, from_profile_id, identifier_ids FROM profile_changes
    WHERE from_profile_id = %(profile_id)s AND at > %(cut)s
    UNION
    SELECT change_id, from_profile_id, identifier_ids FROM profile_changes
    WHERE to_profile_id = %(profile_id)s AND at > %(cut)s
),
first AS MATERIALIZED (
    SELECT DISTINCT ON (i.identifier_id) i.identifier_id, s.from_profile_id
    FROM since s CROSS JOIN LATERAL unnest(s.identifier_ids) AS i (identifier_id)
    ORDER BY i.identifier_id, s.change_id
)
SELECT identifier_id FROM (
    SELECT identifier_id FROM first WHERE from_profile_id = %(profile_id)s
    UNION ALL
    SELECT i.identifier_id
    FROM members_of(%(profile_id)s) i
    LEFT JOIN first f USING (identifier_id)
    WHERE f.identifier_id IS NULL
) m
WHERE identifier_id <= %(known)s
ORDER BY identifier_id
LIMIT %(limit)s
