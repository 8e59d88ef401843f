-- Purpose: seconds from a visit to its profile, median and 95th percentile, over the newest events that came through
-- Firehose and are resolved. Reads: deliveries, raw_events. Cost: a delivery at a time, until there are enough events.
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds)
FROM (
    SELECT greatest(extract(epoch FROM d.resolved_at - e.event_time), 0)::float AS seconds
    FROM (
        SELECT delivery_id, received_at, resolved_at FROM deliveries
        WHERE origin = 'firehose' AND landed > 0 AND resolved_at IS NOT NULL
        ORDER BY delivery_id DESC LIMIT 1000
    ) d
    JOIN LATERAL (
        SELECT event_time FROM raw_events
        WHERE event_id >= d.delivery_id << 20 AND event_id < d.delivery_id + 1 << 20 AND landed_at = d.received_at
        LIMIT %(events)s
    ) e ON true
    ORDER BY d.delivery_id DESC
    LIMIT %(events)s
) newest
