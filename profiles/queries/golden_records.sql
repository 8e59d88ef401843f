-- Purpose: the golden record of some profiles, of some traits only where names are given. Reads: what golden_traits() does.
SELECT profile_id, name, value::text AS value, survivorship, source_id, time, values_said
FROM golden_traits(%(profile_ids)s, %(names)s)
ORDER BY profile_id, name
