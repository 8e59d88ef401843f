-- Purpose: the deliveries that wait to be resolved: all that landed and are not, but for parked ones.
-- Reads: deliveries, parked_deliveries. Cost: an index of those alone.
CREATE FUNCTION waiting_deliveries() RETURNS TABLE (delivery_id bigint, landed integer) LANGUAGE sql STABLE AS $$
    SELECT d.delivery_id, d.landed FROM deliveries d
    WHERE d.resolved_at IS NULL
      AND NOT EXISTS (SELECT FROM parked_deliveries p WHERE p.delivery_id = d.delivery_id AND p.released_at IS NULL)
$$;
