-- Purpose: the values of which a person said last that the rules treat them wrongly, and which are still treated so.
-- Reads: review_questions, identifiers, kinds.
SELECT q.question_id, k.name AS kind, i.value, q.reasons[1] AS reason, q.links, q.answered_by, q.answered_at, q.reason AS said
FROM review_questions q
JOIN identifiers i USING (identifier_id)
JOIN kinds k USING (kind_id)
WHERE q.kind = 'value' AND q.state = 'decided' AND q.answer = 'no'
  AND q.reasons[1] = CASE i.standing WHEN 0 THEN 'crowded' WHEN 3 THEN 'blocked' ELSE 'shared' END
  AND NOT EXISTS (
      SELECT FROM review_questions l
      WHERE l.identifier_id = q.identifier_id AND l.kind = 'value' AND l.question_id > q.question_id AND l.state = 'decided'
  )
ORDER BY q.answered_at DESC
LIMIT %(limit)s
