-- Purpose: the candidates of a profile that stand: two profiles still, and no decision between them; the surest first.
-- Reads: identifiers, match_candidates, and what separated_profiles() does. Cost: that of the profile's identifiers.
WITH members AS (
    SELECT %(profile_id)s::bigint AS identifier_id
    UNION ALL
    SELECT identifier_id FROM identifiers WHERE profile_id = %(profile_id)s AND profile_id <> identifier_id
), found AS (
    SELECT c.*, c.b_id AS other_id FROM members m JOIN match_candidates c ON c.a_id = m.identifier_id
    UNION ALL
    SELECT c.*, c.a_id FROM members m JOIN match_candidates c ON c.b_id = m.identifier_id
)
SELECT f.candidate_id, %(profile_id)s::bigint AS profile_id, i.profile_id AS other_profile_id, f.probability, f.match_weight
FROM found f
JOIN identifiers i ON i.identifier_id = f.other_id
WHERE i.profile_id <> %(profile_id)s
  AND NOT EXISTS (
      SELECT FROM separated_profiles() s
      WHERE (s.a_id, s.b_id) = (least(i.profile_id, %(profile_id)s), greatest(i.profile_id, %(profile_id)s))
  )
ORDER BY f.probability DESC, f.candidate_id
LIMIT %(limit)s
