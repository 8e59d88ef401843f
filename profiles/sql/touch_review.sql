-- Purpose: the profiles about which something changed since the last refresh: history, newly resolved held links, names and
-- birth dates told of profiles in decisions, decisions, withdrawals, newly found matches, answers that a second person refused.
-- Reads: what it names. Writes: review_touched, review_members, review_questions.
-- Cost: by index alone, in the size of what changed.
CREATE FUNCTION touch_review(last review_progress) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH refused AS (
        UPDATE review_questions q SET state = 'closed', closed_at = clock_timestamp(), closed_because = 'refused'
        FROM pending_decisions d
        WHERE q.pending_id = d.pending_decision_id AND q.state = 'decided' AND d.state = 'refused'
        RETURNING q.a_profile_id, q.b_profile_id
    )
    INSERT INTO review_touched
    SELECT DISTINCT unnest(ARRAY[t.id, i.profile_id])
    FROM (
        SELECT unnest(ARRAY[a_profile_id, b_profile_id]) AS id FROM refused
        UNION
        SELECT unnest(ARRAY[from_profile_id, to_profile_id]) FROM profile_changes WHERE change_id > last.change_id
        UNION
        SELECT unnest(ARRAY[l.a_id, l.b_id])
        FROM deliveries d
        CROSS JOIN LATERAL (
            SELECT a_id, b_id FROM links
            WHERE event_id >= d.delivery_id << 20 AND event_id < (d.delivery_id + 1) << 20 AND held IS NOT NULL
              AND held NOT IN ('blocked', 'shared')
            OFFSET 0
        ) l
        WHERE d.resolved_at > last.resolved_at
        UNION
        SELECT i.identifier_id
        FROM (SELECT decision_id FROM decisions WHERE decision_id > last.decision_id
              UNION SELECT decision_id FROM decisions WHERE withdrawn_at > last.withdrawn_at) d
        JOIN decision_identifiers n USING (decision_id)
        JOIN kinds k ON k.name = n.kind
        JOIN identifiers i ON i.value = n.value AND i.kind_id = k.kind_id
        UNION
        SELECT i.identifier_id
        FROM deliveries d
        CROSS JOIN LATERAL (
            SELECT DISTINCT combination_id FROM (
                SELECT combination_id, traits FROM raw_events
                WHERE event_id >= d.delivery_id << 20 AND event_id < (d.delivery_id + 1) << 20 OFFSET 0
            ) r
            WHERE traits ?| identity_traits()
        ) e
        JOIN combinations c ON c.combination_id = e.combination_id
        JOIN identifiers i ON i.identifier_id = c.owner_id
        WHERE d.resolved_at > last.resolved_at AND EXISTS (SELECT FROM decisions WHERE withdrawn_at IS NULL)
          AND EXISTS (
              SELECT FROM identifiers m JOIN kinds k USING (kind_id)
              JOIN decision_identifiers n ON n.kind = k.name AND n.value = m.value
              WHERE m.profile_id = i.profile_id
          )
        UNION
        SELECT unnest(ARRAY[a_id, b_id]) FROM match_candidates WHERE candidate_id > last.candidate_id
    ) t
    JOIN identifiers i ON i.identifier_id = t.id;
    ANALYZE review_touched;

    INSERT INTO review_members
    SELECT i.identifier_id, i.profile_id, i.kind_id, i.value, i.standing
    FROM review_touched t JOIN identifiers i ON i.identifier_id = t.profile_id AND i.profile_id = i.identifier_id
    UNION ALL
    SELECT i.identifier_id, i.profile_id, i.kind_id, i.value, i.standing
    FROM review_touched t JOIN identifiers i ON i.profile_id = t.profile_id AND i.profile_id <> i.identifier_id;
    ANALYZE review_members;
END $$;
