-- Purpose: whether a profile has more than `reach` held links. Reads: identifiers, links.
WITH members AS (
    SELECT identifier_id FROM members_of(%(profile_id)s)
)
SELECT count(*) > %(reach)s AS many
FROM (
    SELECT 1 FROM members m JOIN links l ON l.a_id = m.identifier_id AND l.held IS NOT NULL
    UNION ALL
    SELECT 1 FROM members m JOIN links l ON l.b_id = m.identifier_id AND l.held IS NOT NULL
    LIMIT %(reach)s + 1
) held
