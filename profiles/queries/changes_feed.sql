-- Purpose: the changes of the partition after one, oldest first; and where they are fewer than a page, identifiers that are
-- new since one given by number, with the profile they are in. Both in one snapshot: when a new identifier is told, every
-- change is, so its profile is the one it has with all of them.
-- Reads: profile_changes, identifiers. Invariant: both are numbered under the engine's lock, so none turns up behind one.
WITH changed AS MATERIALIZED (
    SELECT change_id, change, at, from_profile_id, to_profile_id, identifier_ids, cause
    FROM profile_changes WHERE change_id > %(change)s ORDER BY change_id LIMIT %(limit)s
), arrived AS (
    SELECT identifier_id, profile_id FROM identifiers
    WHERE identifier_id > %(identifier)s AND (SELECT count(*) FROM changed) < %(limit)s
    ORDER BY identifier_id LIMIT %(limit)s - (SELECT count(*) FROM changed)
)
SELECT change_id, NULL::bigint AS identifier_id, change, at, from_profile_id, to_profile_id, identifier_ids, cause
FROM changed
UNION ALL
SELECT NULL, identifier_id, 'new', NULL, NULL, profile_id, ARRAY[identifier_id], NULL FROM arrived
ORDER BY change_id NULLS LAST, identifier_id
