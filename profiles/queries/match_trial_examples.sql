-- Purpose: some of the candidates that a trial would bring, take away, or join without a person: the least sure of those that
-- come or are joined (there a wrong one shows first), the surest of those that go.
-- Reads: match_trial_pairs, match_candidates, identifiers.
WITH trial AS (
    SELECT * FROM match_trial_pairs WHERE run_id = %(run_id)s
), told AS (
    (SELECT 'appears' AS what, a_id, b_id, probability FROM trial t
     WHERE NOT EXISTS (SELECT FROM match_candidates c WHERE c.a_id = t.a_id AND c.b_id = t.b_id)
     ORDER BY probability, a_id, b_id LIMIT %(examples)s)
    UNION ALL
    (SELECT 'goes', a_id, b_id, probability FROM match_candidates c
     WHERE NOT EXISTS (SELECT FROM trial t WHERE c.a_id = t.a_id AND c.b_id = t.b_id)
     ORDER BY probability DESC, a_id, b_id LIMIT %(examples)s)
    UNION ALL
    (SELECT 'joins', a_id, b_id, probability FROM trial WHERE joins ORDER BY probability, a_id, b_id LIMIT %(examples)s)
)
SELECT t.what, a.profile_id AS a_profile_id, b.profile_id AS b_profile_id, t.probability
FROM told t
JOIN identifiers a ON a.identifier_id = t.a_id
JOIN identifiers b ON b.identifier_id = t.b_id
ORDER BY t.what, CASE WHEN t.what = 'goes' THEN -t.probability ELSE t.probability END, t.a_id, t.b_id
