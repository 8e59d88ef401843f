-- Purpose: resolve combinations that were put aside for a kind nobody had defined, now that somebody has.
-- Reads: undefined_kinds, combinations, raw_events. Writes: what settle() does. Returns: as resolve_batch().
-- Where retention has dropped the event that showed a combination first, its links have event 0 as evidence.
CREATE FUNCTION take_up_kinds(combinations_a_batch integer DEFAULT 50000) RETURNS bigint LANGUAGE plpgsql
SET client_min_messages = warning SET enable_mergejoin = off SET jit = off
SET default_statistics_target = 10 AS $$
DECLARE
    started timestamptz := clock_timestamp();
BEGIN
    PERFORM engine_lock();
    IF NOT EXISTS (SELECT FROM undefined_kinds JOIN kinds ON name = kind) THEN
        RETURN NULL;
    END IF;
    PERFORM prepare_work();
    WITH taken AS (
        DELETE FROM undefined_kinds
        WHERE combination_id IN (SELECT combination_id FROM undefined_kinds JOIN kinds ON name = kind LIMIT combinations_a_batch)
        RETURNING combination_id, identifiers
    )
    INSERT INTO work_combinations
    SELECT DISTINCT c.combination_id, t.identifiers, coalesce(s.event_id, 0), 0, c.first_seen, coalesce(s.event_id, 0),
           c.first_vouched, CASE WHEN c.first_vouched IS NOT NULL THEN coalesce(v.event_id, 0) END, false
    FROM taken t
    JOIN combinations c USING (combination_id)
    LEFT JOIN LATERAL (SELECT event_id FROM raw_events e WHERE e.combination_id = c.combination_id
                       AND e.event_time = c.first_seen ORDER BY event_id LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT event_id FROM raw_events e WHERE e.combination_id = c.combination_id AND e.trusted
                       AND e.event_time = c.first_vouched ORDER BY event_id LIMIT 1) v ON true;
    ANALYZE work_combinations;
    PERFORM name_identifiers();
    PERFORM derive_links();
    PERFORM judge_standing();
    -- the newest rule change that defined kinds: the one before it has been taken up
    PERFORM settle('rule', (SELECT max(rule_change_id) FROM rule_changes WHERE EXISTS (SELECT FROM jsonb_object_keys(after -> 'kinds') k WHERE NOT (before -> 'kinds') ? k)));
    RETURN record_resolution(started, 'rule');
END $$;
