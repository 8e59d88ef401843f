-- Purpose: how many questions of each kind are open. Reads: review_questions, by index alone.
SELECT kind, count(*) AS waiting FROM review_questions WHERE state = 'open' GROUP BY kind
