-- Purpose: the next `limit` profiles after `after`, in order of their ids. Reads: identifiers.
SELECT identifier_id AS profile_id FROM identifiers
WHERE identifier_id > %(after)s AND profile_id = identifier_id
ORDER BY identifier_id LIMIT %(limit)s
