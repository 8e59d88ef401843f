-- Purpose: one question about each parked delivery, until it is released. Reads: parked_deliveries. Writes: review_questions.
-- Returns: how many new ones.
CREATE FUNCTION ask_about_deliveries() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    asked bigint;
BEGIN
    UPDATE review_questions q
    SET state = 'closed', closed_at = clock_timestamp(), closed_because = 'released', claimed_by = '', claimed_until = NULL
    WHERE q.kind = 'parked' AND q.state = 'open'
      AND NOT EXISTS (SELECT FROM parked_deliveries p WHERE p.delivery_id = q.delivery_id AND p.released_at IS NULL);

    INSERT INTO review_questions (kind, priority, delivery_id, reasons, source_id, links)
    SELECT 'parked', 1000, p.delivery_id, ARRAY[p.why], (p.detail ->> 'source_id')::int, coalesce((p.detail ->> 'profiles')::int, 0)
    FROM parked_deliveries p
    WHERE p.released_at IS NULL
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS asked = ROW_COUNT;
    RETURN asked;
END $$;
