-- Purpose: the changes of the partition that an event brought about, among some profiles. Reads: profile_changes.
SELECT change_id, at, change, from_profile_id, to_profile_id, cardinality(identifier_ids) AS moved
FROM profile_changes
WHERE (from_profile_id = ANY (%(profile_ids)s) OR to_profile_id = ANY (%(profile_ids)s))
  AND cause = 'event' AND cause_id = %(event_id)s
ORDER BY change_id
LIMIT 20
