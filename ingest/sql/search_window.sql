-- Purpose: how far back a search through events goes: whole deliveries, newest first, until `window` events are in.
-- Reads: deliveries, delivery_sources. Invariant: the cost is bounded, however rare what is looked for.
WITH newest AS (
    SELECT delivery_id, received_at, landed
    FROM deliveries d
    WHERE landed > 0
      AND delivery_id <= (%(before)s - 1) >> 20
      AND (%(delivery)s IS NULL OR delivery_id = %(delivery)s)
      AND (%(source)s IS NULL OR EXISTS (
          SELECT FROM delivery_sources s
          WHERE s.delivery_id = d.delivery_id AND s.source_id = %(source)s AND s.landed > 0))
    ORDER BY delivery_id DESC
    LIMIT 5000
), summed AS (
    SELECT *, sum(landed) OVER (ORDER BY delivery_id DESC) - landed AS newer FROM newest
)
SELECT min(delivery_id), min(received_at) FROM summed WHERE newer < %(window)s
