-- Purpose: a decision becomes a question again when more speaks against it than when it was made or last confirmed: new links
-- across a separation, or vouched ones; in the profile of an assertion, a kind over its limit. Taken back, it is none any more.
-- Reads: review_separated, review_links, review_members, decisions, identifiers. Writes: review_grounds, review_questions.
-- Returns: how many new ones.
CREATE FUNCTION reopen_decisions(everything boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    asked bigint;
BEGIN
    UPDATE review_questions q
    SET state = 'closed', closed_at = clock_timestamp(), closed_because = 'withdrawn', claimed_by = '', claimed_until = NULL
    FROM decisions d
    WHERE q.kind = 'reopened' AND q.state = 'open' AND d.decision_id = q.decision_id AND d.withdrawn_at IS NOT NULL;

    WITH across AS (
        SELECT s.decision_id, s.p, s.q, count(l.a_id) AS links, count(*) FILTER (WHERE l.vouched) AS vouched, max(l.event_id) AS event_id,
               '{}'::text[] AS over
        FROM review_separated s LEFT JOIN review_links l ON l.p = s.p AND l.q = s.q AND l.held = 'separated'
        GROUP BY s.decision_id, s.p, s.q
    ), asserted AS (
        SELECT DISTINCT d.decision_id, i.profile_id
        FROM decisions d
        JOIN decision_identifiers n ON n.decision_id = d.decision_id AND n.side = 'a'
        JOIN kinds k ON k.name = n.kind JOIN identifiers i ON i.value = n.value AND i.kind_id = k.kind_id
        WHERE d.action = 'assert' AND d.withdrawn_at IS NULL
          AND (everything OR i.profile_id IN (SELECT profile_id FROM review_touched))
    ), inside AS (
        SELECT a.decision_id, a.profile_id, array_remove(array_agg(o.name ORDER BY o.name), NULL) AS over
        FROM asserted a
        LEFT JOIN LATERAL (
            SELECT k.name FROM identifiers i JOIN kinds k USING (kind_id)
            WHERE i.profile_id = a.profile_id AND k."limit" IS NOT NULL
            GROUP BY k.name, k."limit" HAVING count(*) > k."limit"
        ) o ON true
        GROUP BY a.decision_id, a.profile_id
    ), grounds AS (
        SELECT DISTINCT ON (decision_id) * FROM (
            SELECT * FROM across
            UNION ALL
            SELECT decision_id, profile_id, NULL, 0, 0, NULL, over FROM inside
        ) g
        ORDER BY decision_id, links DESC, p, q
    ), first_seen AS (
        INSERT INTO review_grounds (decision_id, links, vouched, over)
        SELECT decision_id, links, vouched, over FROM grounds
        ON CONFLICT DO NOTHING
    )
    INSERT INTO review_questions (kind, priority, a_profile_id, b_profile_id, decision_id, reasons, links, vouched, event_id, source_id, note)
    SELECT 'reopened', 900, n.p, n.q, n.decision_id, n.over, n.links, n.vouched, n.event_id,
           (SELECT source_id FROM raw_events e WHERE e.event_id = n.event_id LIMIT 1),
           CASE WHEN n.q IS NULL
                THEN 'Since then it has come to hold more values of ' || array_to_string(ARRAY(
                         SELECT unnest(n.over) EXCEPT SELECT unnest(g.over)), ', ') || ' than one person may have.'
                WHEN n.links > g.links
                THEN format('Since then %s more of their identifiers have been seen together.', n.links - g.links)
                ELSE 'Since then a trusted source has shown them together.' END
    FROM grounds n JOIN review_grounds g USING (decision_id)
    WHERE n.links > g.links OR n.vouched > g.vouched OR NOT n.over <@ g.over
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS asked = ROW_COUNT;
    RETURN asked;
END $$;
