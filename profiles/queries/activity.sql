-- Purpose: when a profile was first seen, and how many combinations of identifiers its events have.
-- Reads: identifiers, combinations.
SELECT m.profile_id, min(c.first_seen) AS first_seen
FROM (
    SELECT identifier_id, profile_id FROM identifiers
    WHERE identifier_id = ANY (%(profile_ids)s) AND profile_id = identifier_id
    UNION ALL
    SELECT identifier_id, profile_id FROM identifiers
    WHERE profile_id = ANY (%(profile_ids)s) AND profile_id <> identifier_id
) m
JOIN combinations c ON c.owner_id = m.identifier_id
GROUP BY m.profile_id
