-- Purpose: for two profiles how many values of each kind they hold, and whether a vouched identifier of a known kind is
-- among them: what a limit, or lack of vouching, would hold them apart by. Reads: identifiers, kinds.
SELECT k.name AS kind, k."limit", count(*) FILTER (WHERE m.profile_id = %(p)s) AS in_p, count(*) FILTER (WHERE m.profile_id = %(q)s) AS in_q,
       coalesce(bool_or(m.vouched AND k.known) FILTER (WHERE m.profile_id = %(p)s), false) AS anchors_p,
       coalesce(bool_or(m.vouched AND k.known) FILTER (WHERE m.profile_id = %(q)s), false) AS anchors_q
FROM (
    SELECT * FROM identifiers WHERE identifier_id = ANY (ARRAY[%(p)s, %(q)s]::bigint[]) AND profile_id = identifier_id
    UNION ALL
    SELECT * FROM identifiers WHERE profile_id = ANY (ARRAY[%(p)s, %(q)s]::bigint[]) AND profile_id <> identifier_id
) m
JOIN kinds k USING (kind_id)
GROUP BY k.kind_id
ORDER BY k.name COLLATE "C"
