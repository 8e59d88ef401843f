-- Purpose: the surest probable match between two profiles as they are now; `turned`: found the other way round.
-- Reads: identifiers, match_candidates. Cost: that of the identifiers of `p`, the smaller one.
WITH members AS (
    SELECT identifier_id FROM members_of(%(p)s)
),
found AS (
    SELECT c.*, c.b_id AS other_id, false AS turned FROM members m JOIN match_candidates c ON c.a_id = m.identifier_id
    UNION ALL
    SELECT c.*, c.a_id, true FROM members m JOIN match_candidates c ON c.b_id = m.identifier_id
)
SELECT f.candidate_id, f.probability, f.match_weight, f.parts::text AS parts, f.turned, f.found_at
FROM found f JOIN identifiers i ON i.identifier_id = f.other_id
WHERE i.profile_id = %(q)s
ORDER BY f.probability DESC, f.candidate_id
LIMIT 1
