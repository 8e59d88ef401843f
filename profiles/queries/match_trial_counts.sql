-- Purpose: how the candidates of a trial differ from those there are. Reads: match_trial_pairs, match_candidates.
SELECT count(c.candidate_id) AS before, count(t.a_id) AS after,
       count(*) FILTER (WHERE c.candidate_id IS NULL) AS appears, count(*) FILTER (WHERE t.a_id IS NULL) AS goes,
       count(*) FILTER (WHERE t.joins) AS joins
FROM (SELECT * FROM match_trial_pairs WHERE run_id = %(run_id)s) t
FULL JOIN match_candidates c ON c.a_id = t.a_id AND c.b_id = t.b_id
