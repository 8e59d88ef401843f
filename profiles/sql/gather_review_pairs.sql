-- Purpose: the pairs of profiles to ask about: held links in play grouped by the pair they would join, and probable matches.
-- An identifier whose held links lead to more than `crowd` profiles is one question about that value, not many about pairs.
-- Reads: review_links, review_separated, review_members, match_candidates, identifiers. Writes: review_crowds, review_pairs.
CREATE FUNCTION gather_review_pairs(everything boolean, crowd integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO review_crowds
    SELECT e.id, count(DISTINCT e.other)
    FROM (SELECT a_id AS id, p + q AS other FROM review_links WHERE held <> 'separated'
          UNION ALL SELECT b_id, p + q FROM review_links WHERE held <> 'separated') e
    GROUP BY e.id HAVING count(DISTINCT e.other) > crowd;
    -- of a profile that nothing touched only some links are at hand: what was a crowd still is
    INSERT INTO review_crowds
    SELECT q.identifier_id, q.links
    FROM review_questions q JOIN identifiers i USING (identifier_id)
    WHERE NOT everything AND q.kind = 'value' AND q.state <> 'closed' AND 'crowded' = ANY (q.reasons)
      AND i.profile_id NOT IN (SELECT profile_id FROM review_touched);

    WITH held AS (
        SELECT p, q, count(*) AS links, count(*) FILTER (WHERE vouched) AS vouched, max(event_id) AS event_id,
               array_agg(DISTINCT held) AS reasons
        FROM review_links l
        WHERE held <> 'separated'
          AND NOT EXISTS (SELECT FROM review_crowds c WHERE c.identifier_id IN (l.a_id, l.b_id))
        GROUP BY p, q
    ), probable AS (
        SELECT DISTINCT ON (p, q) *
        FROM (
            SELECT least(a.profile_id, b.profile_id) AS p, greatest(a.profile_id, b.profile_id) AS q, c.candidate_id, c.probability
            FROM match_candidates c
            JOIN identifiers a ON a.identifier_id = c.a_id JOIN identifiers b ON b.identifier_id = c.b_id
            WHERE a.profile_id <> b.profile_id
              AND (everything OR c.a_id IN (SELECT identifier_id FROM review_members)
                   OR c.b_id IN (SELECT identifier_id FROM review_members))
        ) c
        ORDER BY p, q, probability DESC, candidate_id
    )
    INSERT INTO review_pairs
    SELECT p, q, CASE WHEN h.links > 0 THEN 'held' ELSE 'probable' END,
           CASE WHEN h.links > 0 THEN 500 + least(h.links, 50) + 100 * (h.vouched > 0)::int + 100 * coalesce(c.probability, 0)
                ELSE 300 + 300 * c.probability END,
           coalesce(h.reasons, '{}'), coalesce(h.links, 0), coalesce(h.vouched, 0), h.event_id, c.candidate_id, c.probability
    FROM held h FULL JOIN probable c USING (p, q)
    WHERE NOT EXISTS (SELECT FROM review_separated s WHERE s.p = coalesce(h.p, c.p) AND s.q = coalesce(h.q, c.q));
    ANALYZE review_pairs;
END $$;
