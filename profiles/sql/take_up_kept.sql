-- Purpose: resolve the combinations of kept_facts again: what of an erased profile events of others carry, too, arrives anew.
-- Reads: kept_facts, combinations, raw_events. Writes: what settle() does.
-- Where retention has dropped the event that showed a combination first, its links have event 0 as evidence.
CREATE FUNCTION take_up_kept(erasure bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM kept_facts) THEN
        RETURN;
    END IF;
    PERFORM prepare_work();
    INSERT INTO work_combinations
    SELECT c.combination_id, t.identifiers, coalesce(s.event_id, 0), 0, c.first_seen, coalesce(s.event_id, 0),
           c.first_vouched, CASE WHEN c.first_vouched IS NOT NULL THEN coalesce(v.event_id, 0) END, false
    FROM kept_facts t
    JOIN combinations c USING (combination_id)
    LEFT JOIN LATERAL (SELECT event_id FROM raw_events e WHERE e.combination_id = c.combination_id
                       AND e.event_time = c.first_seen ORDER BY event_id LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT event_id FROM raw_events e WHERE e.combination_id = c.combination_id AND e.trusted
                       AND e.event_time = c.first_vouched ORDER BY event_id LIMIT 1) v ON true;
    ANALYZE work_combinations;
    PERFORM name_identifiers();
    PERFORM derive_links();
    PERFORM judge_standing();
    PERFORM settle('erasure', erasure);
END $$;
