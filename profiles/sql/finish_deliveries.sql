-- Purpose: mark the batch's deliveries as resolved.
-- Reads: work_deliveries. Writes: deliveries.resolved_at, suspect_deliveries.
CREATE FUNCTION finish_deliveries() RETURNS void LANGUAGE sql AS $$
    UPDATE deliveries d SET resolved_at = clock_timestamp() FROM work_deliveries w WHERE d.delivery_id = w.delivery_id;
    DELETE FROM suspect_deliveries s USING work_deliveries w WHERE s.delivery_id = w.delivery_id;
$$;
