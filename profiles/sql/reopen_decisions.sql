-- Purpose: a decision becomes a question again when more speaks against it than when it was made or last confirmed: new links
-- across a separation, or vouched ones; in the profile of an assertion, a kind over its limit; in either, another name or birth
-- date. Taken back, it is none any more. Grounds of before there was `told` get it when they are seen first.
-- Reads: review_separated, review_links, review_members, decisions, identifiers, and what told_in_decisions() does.
-- Writes: review_grounds, review_questions.
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
    ), counted AS MATERIALIZED (
        SELECT DISTINCT ON (decision_id) * FROM (
            SELECT * FROM across
            UNION ALL
            SELECT decision_id, profile_id, NULL, 0, 0, NULL, over FROM inside
        ) g
        ORDER BY decision_id, links DESC, p, q
    ), grounds AS MATERIALIZED (
        SELECT c.*, coalesce(t.told, '{}') AS told
        FROM counted c LEFT JOIN told_in_decisions(ARRAY(SELECT decision_id FROM counted)) t USING (decision_id)
    ), first_seen AS (
        INSERT INTO review_grounds AS g (decision_id, links, vouched, over, told)
        SELECT decision_id, links, vouched, over, told FROM grounds
        ON CONFLICT (decision_id) DO UPDATE SET told = excluded.told WHERE g.told IS NULL
    )
    INSERT INTO review_questions (kind, priority, a_profile_id, b_profile_id, decision_id, reasons, links, vouched, event_id, source_id,
                                  told, note)
    SELECT 'reopened', 900, n.p, n.q, n.decision_id, n.over, n.links, n.vouched, n.event_id,
           (SELECT source_id FROM raw_events e WHERE e.event_id = n.event_id LIMIT 1),
           n.told,
           CASE WHEN NOT n.over <@ g.over
                THEN 'Since then it has come to hold more values of ' || replace(array_to_string(ARRAY(
                         SELECT unnest(n.over) EXCEPT SELECT unnest(g.over)), ', '), '_', ' ') || ' than one person may have.'
                WHEN n.links > g.links
                THEN format('Since then %s more of their identifiers have been seen together.', n.links - g.links)
                WHEN n.vouched > g.vouched THEN 'Since then a trusted source has shown them together.'
                ELSE 'Since then ' || (
                         SELECT string_agg(DISTINCT CASE WHEN split_part(new, ':', 2) ~* 'birth|dob' THEN 'birth date' ELSE 'name' END, ' and ')
                         FROM (SELECT unnest(n.told) AS new EXCEPT SELECT unnest(g.told)) changed) || ' changed.' END
    FROM grounds n JOIN review_grounds g USING (decision_id)
    WHERE n.links > g.links OR n.vouched > g.vouched OR NOT n.over <@ g.over OR NOT n.told <@ g.told
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS asked = ROW_COUNT;
    RETURN asked;
END $$;
