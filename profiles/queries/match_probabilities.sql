-- Purpose: how many candidates there are in each twentieth of probability, and how many of them are one person if the
-- probabilities are right. Reads: match_candidates.
SELECT least(floor(probability * 20), 19)::int AS step, count(*) AS candidates, sum(probability) AS right_ones
FROM match_candidates GROUP BY 1 ORDER BY 1
