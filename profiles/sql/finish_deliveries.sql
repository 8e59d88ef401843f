-- Purpose: mark the batch's deliveries as resolved and say what it changed.
-- Reads: work tables. Writes: deliveries.resolved_at, resolutions.
CREATE FUNCTION finish_deliveries(started timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE deliveries d SET resolved_at = clock_timestamp() FROM work_deliveries w WHERE d.delivery_id = w.delivery_id;
    PERFORM record_resolution(started, 'event');
END $$;
