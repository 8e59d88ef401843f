-- Purpose: kinds of which a profile holds more values than links may bring together. Reads: identifiers, kinds.
SELECT i.profile_id, k.name AS kind, k."limit", count(*) AS held
FROM (
    SELECT identifier_id, kind_id, profile_id FROM identifiers
    WHERE identifier_id = ANY (%(profile_ids)s) AND profile_id = identifier_id
    UNION ALL
    SELECT identifier_id, kind_id, profile_id FROM identifiers
    WHERE profile_id = ANY (%(profile_ids)s) AND profile_id <> identifier_id
) i
JOIN kinds k USING (kind_id)
GROUP BY i.profile_id, k.name, k.rank, k."limit"
HAVING count(*) > k."limit"
ORDER BY i.profile_id, k.rank, k.name
