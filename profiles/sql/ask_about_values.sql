-- Purpose: one question about each value that is out of play or joins a crowd, for all its held links; it ends when the value is
-- in play again. An answered one is asked again when its standing changed or its links have doubled.
-- Reads: identifiers, links, review_crowds. Writes: review_questions. Returns: how many new ones.
-- Cost: links are counted to 100,000, and only of values that are new here.
CREATE FUNCTION ask_about_values(everything boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    asked bigint;
BEGIN
    UPDATE review_questions q
    SET state = 'closed', closed_at = clock_timestamp(), closed_because = 'in play', claimed_by = '', claimed_until = NULL
    FROM identifiers i
    WHERE q.kind = 'value' AND q.state = 'open' AND i.identifier_id = q.identifier_id AND i.standing = 0
      AND NOT EXISTS (SELECT FROM review_crowds c WHERE c.identifier_id = q.identifier_id)
      AND (everything OR i.profile_id IN (SELECT profile_id FROM review_touched) OR NOT 'crowded' = ANY (q.reasons));

    WITH wanted AS (
        SELECT identifier_id, CASE standing WHEN 3 THEN 'blocked' ELSE 'shared' END AS reason
        FROM identifiers WHERE standing > 0
        UNION ALL
        SELECT c.identifier_id, 'crowded' FROM review_crowds c JOIN identifiers i USING (identifier_id) WHERE i.standing = 0
    ), latest AS (
        SELECT w.identifier_id, w.reason, l.question_id, l.state, l.reasons, l.links
        FROM wanted w
        LEFT JOIN LATERAL (
            SELECT * FROM review_questions q WHERE q.identifier_id = w.identifier_id AND q.kind = 'value' AND q.state <> 'closed'
            ORDER BY q.question_id DESC LIMIT 1
        ) l ON true
    ), counted AS (
        SELECT t.*, n.*
        FROM latest t
        CROSS JOIN LATERAL (
            SELECT count(*) AS now, count(*) FILTER (WHERE vouched) AS now_vouched, max(event_id) AS event_id
            FROM (
                SELECT vouched, event_id FROM links WHERE a_id = t.identifier_id AND held IS NOT NULL
                UNION ALL
                SELECT vouched, event_id FROM links WHERE b_id = t.identifier_id AND held IS NOT NULL
                LIMIT 100000
            ) l
        ) n
        WHERE t.question_id IS NULL OR everything OR ARRAY[t.reason] <> t.reasons
           OR t.identifier_id IN (SELECT identifier_id FROM review_crowds)
    ), refreshed AS (
        UPDATE review_questions q
        SET reasons = ARRAY[c.reason], links = c.now, vouched = c.now_vouched, event_id = c.event_id, changed_at = clock_timestamp()
        FROM counted c
        WHERE q.question_id = c.question_id AND q.state = 'open'
          AND (q.reasons, q.links, q.vouched) IS DISTINCT FROM (ARRAY[c.reason], c.now::int, c.now_vouched::int)
    )
    INSERT INTO review_questions (kind, priority, identifier_id, reasons, links, vouched, event_id, source_id, note)
    SELECT 'value', CASE c.reason WHEN 'blocked' THEN 200 ELSE 650 END + 10 * ln(c.now), c.identifier_id, ARRAY[c.reason], c.now,
           c.now_vouched, c.event_id, (SELECT source_id FROM raw_events e WHERE e.event_id = c.event_id LIMIT 1),
           CASE WHEN c.question_id IS NULL THEN ''
                ELSE format('It was answered when it had %s links and was %s.', c.links, array_to_string(c.reasons, ', ')) END
    FROM counted c
    WHERE c.now > 0 AND (c.question_id IS NULL
          OR (c.state = 'decided' AND (ARRAY[c.reason] <> c.reasons OR c.now >= 2 * c.links)))
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS asked = ROW_COUNT;
    RETURN asked;
END $$;
