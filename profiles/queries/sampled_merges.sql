-- Purpose: of the sampled merges that people have answered lately, how many are right, by what made the merge.
-- Reads: review_questions, profile_changes.
SELECT c.cause, count(*) AS answered, count(*) FILTER (WHERE q.answer = 'yes') AS right
FROM review_questions q JOIN profile_changes c USING (change_id)
WHERE q.kind = 'sample' AND q.state = 'decided' AND q.answered_at > now() - make_interval(days => %(days)s)
GROUP BY c.cause
ORDER BY c.cause DESC
