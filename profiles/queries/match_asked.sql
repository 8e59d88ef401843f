-- Purpose: the candidate that a decision answers: each side of the decision is in one profile, and these two are a candidate.
-- Reads: decision_identifiers, kinds, identifiers, match_candidates. Cost: that of the two profiles' identifiers.
WITH sides AS (
    SELECT s.side, min(i.profile_id) AS profile_id
    FROM decision_identifiers s
    JOIN kinds k ON k.name = s.kind
    JOIN identifiers i ON i.value = s.value AND i.kind_id = k.kind_id
    WHERE s.decision_id = %(decision_id)s
    GROUP BY s.side HAVING count(DISTINCT i.profile_id) = 1
), two AS (
    SELECT * FROM sides WHERE (SELECT count(DISTINCT profile_id) FROM sides) = 2
), members AS (
    SELECT s.side, s.profile_id, s.profile_id AS identifier_id FROM two s
    UNION ALL
    SELECT s.side, s.profile_id, i.identifier_id
    FROM two s JOIN identifiers i ON i.profile_id = s.profile_id AND i.profile_id <> i.identifier_id
)
SELECT c.candidate_id, a.profile_id AS a_profile_id, b.profile_id AS b_profile_id
FROM members a
JOIN match_candidates c ON c.a_id = a.identifier_id
JOIN members b ON b.identifier_id = c.b_id
WHERE a.profile_id <> b.profile_id
ORDER BY c.probability DESC
LIMIT 1
