-- Purpose: what a decision, and its withdrawal, did to the partition, oldest first; at most 12 identifiers of each change
-- are named. `since`: it did nothing before. Reads: profile_changes, identifiers, kinds, decisions.
SELECT c.change_id, c.at, c.change, c.from_profile_id, c.to_profile_id, c.cause, c.cause_id,
       cardinality(c.identifier_ids) AS moved, named.identifiers, NULL AS author, NULL AS reason
FROM (
    SELECT * FROM profile_changes
    WHERE at >= %(since)s AND cause = 'decision' AND cause_id = %(decision_id)s
    ORDER BY change_id
    LIMIT %(limit)s
) c
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(k.name || ':' || i.value ORDER BY k.rank, i.identifier_id), '{}') AS identifiers
    FROM identifiers i JOIN kinds k USING (kind_id)
    WHERE i.identifier_id = ANY (c.identifier_ids[1:12])
) named
ORDER BY c.change_id
