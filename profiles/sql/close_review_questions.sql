-- Purpose: questions about pairs follow their profiles, and end when their profiles are one, when a person keeps them apart, or
-- when nothing speaks for joining them any more. Reads: identifiers, review_pairs, review_separated, review_touched,
-- profile_changes. Writes: review_standing (what stays open), review_questions.
CREATE FUNCTION close_review_questions(everything boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    closed bigint;
BEGIN
    INSERT INTO review_standing
    SELECT q.question_id, least(a.profile_id, b.profile_id), greatest(a.profile_id, b.profile_id),
           row_number() OVER (PARTITION BY least(a.profile_id, b.profile_id), greatest(a.profile_id, b.profile_id)
                              ORDER BY q.claimed_until DESC NULLS LAST, q.question_id)
    FROM (
        SELECT * FROM review_questions WHERE everything AND state = 'open' AND kind IN ('held', 'probable')
        UNION
        SELECT r.* FROM review_touched t JOIN review_questions r ON r.a_profile_id = t.profile_id
        WHERE NOT everything AND r.state = 'open' AND r.kind IN ('held', 'probable')
        UNION
        SELECT r.* FROM review_touched t JOIN review_questions r ON r.b_profile_id = t.profile_id
        WHERE NOT everything AND r.state = 'open' AND r.kind IN ('held', 'probable')
    ) q
    JOIN identifiers a ON a.identifier_id = q.a_profile_id JOIN identifiers b ON b.identifier_id = q.b_profile_id;
    ANALYZE review_standing;

    UPDATE review_questions q
    SET state = 'closed', closed_at = clock_timestamp(), closed_because = w.because, claimed_by = '', claimed_until = NULL
    FROM (
        SELECT s.question_id,
               CASE WHEN s.p = s.q THEN 'joined'
                    WHEN EXISTS (SELECT FROM review_separated x WHERE x.p = s.p AND x.q = s.q) THEN 'separated'
                    WHEN s.nth > 1 THEN 'same'
                    WHEN EXISTS (SELECT FROM review_crowds c JOIN review_links l ON c.identifier_id IN (l.a_id, l.b_id)
                                 WHERE l.p = s.p AND l.q = s.q) THEN 'crowded'
                    ELSE 'gone' END AS because
        FROM review_standing s
        WHERE s.p = s.q OR s.nth > 1 OR NOT EXISTS (SELECT FROM review_pairs w WHERE w.p = s.p AND w.q = s.q)
    ) w
    WHERE q.question_id = w.question_id;
    GET DIAGNOSTICS closed = ROW_COUNT;

    DELETE FROM review_standing s USING review_questions q WHERE q.question_id = s.question_id AND q.state <> 'open';
    RETURN closed;
END $$;
