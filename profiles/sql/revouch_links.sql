-- Purpose: what vouches for the links and identifiers of the combinations in work_combinations, from all combinations that
-- hold them. An identifier's combinations belong to it or to one that it is linked to, so they are found by owner.
-- Reads: work_combinations, combinations, links, raw_events. Writes: links, identifiers. Returns: the identifiers.
CREATE FUNCTION revouch_links() RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[] := ARRAY(
        SELECT DISTINCT unnest(c.identifier_ids) FROM work_combinations JOIN combinations c USING (combination_id)
    );
BEGIN
    INSERT INTO work_members
    SELECT c.combination_id, m.id
    FROM (
        SELECT unnest(touched) AS id
        UNION
        SELECT b_id FROM links WHERE a_id = ANY (touched)
        UNION
        SELECT a_id FROM links WHERE b_id = ANY (touched)
    ) owner
    JOIN combinations c ON c.owner_id = owner.id
    CROSS JOIN LATERAL unnest(c.identifier_ids) AS m (id)
    WHERE m.id IN (SELECT unnest(touched));
    PERFORM sample_work('work_members');

    UPDATE identifiers i SET vouched = v.vouched
    FROM (
        SELECT m.identifier_id, bool_or(c.first_vouched IS NOT NULL) AS vouched
        FROM work_members m JOIN combinations c USING (combination_id) GROUP BY m.identifier_id
    ) v
    WHERE v.identifier_id = i.identifier_id AND v.vouched <> i.vouched;

    UPDATE links k SET first_seen = s.first_seen, vouched = s.vouched, event_id = coalesce(e.event_id, 0),
                       held = coalesce(step_two(a.standing, b.standing, s.vouched),
                                       CASE WHEN k.held NOT IN ('blocked', 'shared') THEN k.held END)
    FROM said_of_links() s
    JOIN identifiers a ON a.identifier_id = s.a_id
    JOIN identifiers b ON b.identifier_id = s.b_id
    LEFT JOIN LATERAL (
        SELECT event_id FROM raw_events e
        WHERE e.combination_id = s.combination_id AND e.event_time = s.first_seen AND (e.trusted OR NOT s.vouched)
        ORDER BY event_id LIMIT 1
    ) e ON true
    WHERE k.a_id = s.a_id AND k.b_id = s.b_id AND (k.first_seen <> s.first_seen OR k.vouched <> s.vouched);
    RETURN touched;
END $$;
