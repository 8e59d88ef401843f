-- Purpose: ask about the pairs that nobody is asked about yet, and bring what changed of the others up to date.
-- A pair whose answer is not carried out yet, or waits for a second person, is not asked about again.
-- Reads: review_pairs, review_standing, raw_events, pending_decisions.
-- Writes: review_questions. Returns: how many new ones.
CREATE FUNCTION ask_about_pairs() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    asked bigint;
BEGIN
    -- in two steps: two questions may be about to swap profiles
    UPDATE review_questions q SET a_profile_id = -q.question_id
    FROM review_standing s
    WHERE q.question_id = s.question_id AND (q.a_profile_id, q.b_profile_id) IS DISTINCT FROM (s.p, s.q);

    UPDATE review_questions q
    SET a_profile_id = w.p, b_profile_id = w.q, kind = w.kind, priority = w.priority, reasons = w.reasons, links = w.links,
        vouched = w.vouched, event_id = w.event_id, candidate_id = w.candidate_id, probability = w.probability,
        source_id = coalesce((SELECT source_id FROM raw_events e WHERE e.event_id = w.event_id LIMIT 1), q.source_id),
        changed_at = clock_timestamp()
    FROM review_standing s JOIN review_pairs w USING (p, q)
    WHERE q.question_id = s.question_id
      AND (q.a_profile_id, q.b_profile_id, q.kind, q.reasons, q.links, q.vouched, q.event_id, q.candidate_id, q.probability)
          IS DISTINCT FROM (w.p, w.q, w.kind, w.reasons, w.links, w.vouched, w.event_id, w.candidate_id, w.probability);

    INSERT INTO review_questions (kind, priority, a_profile_id, b_profile_id, reasons, links, vouched, event_id, source_id,
                                  candidate_id, probability)
    SELECT w.kind, w.priority, w.p, w.q, w.reasons, w.links, w.vouched, w.event_id,
           (SELECT source_id FROM raw_events e WHERE e.event_id = w.event_id LIMIT 1), w.candidate_id, w.probability
    FROM review_pairs w
    WHERE NOT EXISTS (SELECT FROM review_standing s WHERE s.p = w.p AND s.q = w.q)
      AND NOT EXISTS (SELECT FROM review_questions x
                      WHERE x.a_profile_id = w.p AND x.b_profile_id = w.q AND x.state = 'decided'
                        AND (x.carried_out_at IS NULL OR EXISTS (
                                SELECT FROM pending_decisions d
                                WHERE d.pending_decision_id = x.pending_id AND d.state = 'waiting')))
    ORDER BY w.priority DESC, w.p, w.q
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS asked = ROW_COUNT;
    RETURN asked;
END $$;
