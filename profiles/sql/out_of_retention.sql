-- Purpose: how many events the resolved deliveries landed that raw_events no longer has, but for those of erased people.
-- Reads: deliveries, raw_events. Cost: one pass over the events' ids.
CREATE FUNCTION out_of_retention() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(d.landed - d.erased - coalesce(e.events, 0)), 0)::bigint
    FROM public.deliveries d
    LEFT JOIN (SELECT event_id >> 20 AS delivery_id, count(*) AS events FROM raw_events GROUP BY 1) e USING (delivery_id)
    WHERE d.resolved_at IS NOT NULL
$$;
