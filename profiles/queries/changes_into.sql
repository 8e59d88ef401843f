-- Purpose: the changes after a cut that brought identifiers into some profiles. Reads: profile_changes.
SELECT change_id, from_profile_id, to_profile_id, identifier_ids
FROM profile_changes
WHERE to_profile_id = ANY (%(profile_ids)s) AND at > %(cut)s
ORDER BY change_id DESC
LIMIT %(limit)s
