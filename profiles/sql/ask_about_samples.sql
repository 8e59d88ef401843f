-- Purpose: a random share of the merges that no person made (by events, by automatic matches) becomes questions: was it right?
-- Which ones, a hash of the change's number says, so that it doesn't matter when this runs. At most `waiting` are open: those of
-- the smallest hashes, so that what is asked stays a random choice of all. Reads: profile_changes, decisions.
-- Writes: review_questions. Returns: how many new ones.
CREATE FUNCTION ask_about_samples(after_id bigint, share float8, waiting integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    asked bigint;
BEGIN
    INSERT INTO review_questions (kind, priority, a_profile_id, b_profile_id, change_id, reasons, event_id, source_id)
    SELECT 'sample', 100 + (1 - lot) * 50, c.to_profile_id, c.from_profile_id, c.change_id, ARRAY[c.cause],
           CASE WHEN c.cause = 'event' THEN c.cause_id END,
           (SELECT source_id FROM raw_events e WHERE c.cause = 'event' AND e.event_id = c.cause_id LIMIT 1)
    FROM (
        SELECT *, (hashint8extended(change_id, 4) & 1073741823) / 1073741824.0 AS lot FROM profile_changes
        WHERE change_id > after_id AND change = 'merge' AND cause IN ('event', 'decision')
    ) c
    LEFT JOIN decisions d ON c.cause = 'decision' AND d.decision_id = c.cause_id
    WHERE c.lot < share AND (c.cause = 'event' OR d.author LIKE 'automatic match%')
    ORDER BY c.lot LIMIT waiting
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS asked = ROW_COUNT;

    -- a merge that fell apart meanwhile is no example any more
    DELETE FROM review_questions q
    WHERE q.kind = 'sample' AND q.state = 'open' AND (
        q.question_id IN (
            SELECT question_id FROM review_questions WHERE kind = 'sample' AND state = 'open'
            ORDER BY kind, priority DESC, question_id OFFSET waiting
        )
        OR EXISTS (SELECT FROM identifiers a JOIN identifiers b ON b.identifier_id = q.b_profile_id
                   WHERE a.identifier_id = q.a_profile_id AND a.profile_id <> b.profile_id)
    ) AND (q.claimed_until IS NULL OR q.claimed_until < now());
    RETURN asked;
END $$;
