-- Purpose: how many candidates there are in each twentieth of probability. Reads: match_candidates.
SELECT least(floor(probability * 20), 19)::int AS step, count(*) AS candidates FROM match_candidates GROUP BY 1 ORDER BY 1
