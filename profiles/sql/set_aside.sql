-- Purpose: what becomes of the batch's deliveries after an error: several are suspect, and will be taken alone; a single one
-- is parked. Errors that are not a delivery's fault park nothing: broken connections, conflicts, want of room or memory,
-- a shutdown, a broken index, functions or tables that are not there.
-- IDP01 is the breaker's, with the reason as its detail. Reads: work_deliveries. Writes: parked_deliveries, suspect_deliveries.
-- Returns: whether it did.
CREATE FUNCTION set_aside(state text, message text, detail text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF left(state, 2) IN ('08', '0A', '25', '28', '3D', '3F', '40', '42', '53', '55', '57', '58', 'F0') OR state IN ('XX001', 'XX002') THEN
        RETURN false;
    END IF;
    IF (SELECT count(*) > 1 FROM work_deliveries) THEN
        INSERT INTO suspect_deliveries SELECT delivery_id FROM work_deliveries ON CONFLICT DO NOTHING;
        RETURN true;
    END IF;
    INSERT INTO parked_deliveries (delivery_id, parked_at, why, detail)
    SELECT delivery_id, clock_timestamp(), CASE WHEN state = 'IDP01' THEN set_aside.detail::jsonb ->> 'why' ELSE 'error' END,
           CASE WHEN state = 'IDP01' THEN set_aside.detail::jsonb
                ELSE jsonb_build_object('sqlstate', state, 'message', message, 'detail', set_aside.detail) END
    FROM work_deliveries
    ON CONFLICT (delivery_id) DO UPDATE
    SET parked_at = excluded.parked_at, why = excluded.why, detail = excluded.detail, released_at = NULL, released_by = '';
    DELETE FROM suspect_deliveries s USING work_deliveries w WHERE s.delivery_id = w.delivery_id;
    RETURN true;
END $$;
