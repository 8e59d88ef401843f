-- Purpose: how far back a search through events goes: whole deliveries, newest first, until `window` events are in.
-- Reads: deliveries, delivery_sources. Invariant: the cost is bounded, however rare what is looked for.
WITH newest AS (
    SELECT delivery_id, received_at, landed
    FROM (
        SELECT delivery_id, received_at, landed FROM deliveries WHERE %(source)s IS NULL
        UNION ALL
        SELECT delivery_id, d.received_at, s.landed
        FROM delivery_sources s JOIN deliveries d USING (delivery_id)
        WHERE s.source_id = %(source)s
    ) d
    WHERE landed > 0
      AND delivery_id <= (%(before)s - 1) >> 20
      AND (%(delivery)s IS NULL OR delivery_id = %(delivery)s)
    ORDER BY delivery_id DESC
    LIMIT 5000
), summed AS (
    SELECT *, sum(landed) OVER (ORDER BY delivery_id DESC) - landed AS newer FROM newest
)
SELECT min(delivery_id), min(received_at) FROM summed WHERE newer < %(window)s
