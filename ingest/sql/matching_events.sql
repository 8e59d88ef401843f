-- Purpose: the newest events that match, in the deliveries from `floor` on, newest first.
-- Reads: deliveries, delivery_sources, raw_events. Cost: a delivery at a time, until `limit` events are found; the
-- limit inside keeps the planner from joining all events there are.
SELECT e.*
FROM (
    SELECT delivery_id, received_at, landed FROM deliveries WHERE %(source)s IS NULL
    UNION ALL
    SELECT delivery_id, d.received_at, s.landed
    FROM delivery_sources s JOIN deliveries d USING (delivery_id)
    WHERE s.source_id = %(source)s
) d
CROSS JOIN LATERAL (
    SELECT * FROM raw_events e
    WHERE e.event_id >= d.delivery_id << 20
      AND e.event_id < d.delivery_id + 1 << 20
      AND e.event_id < %(before)s
      AND e.landed_at = d.received_at
      AND (%(source)s IS NULL OR e.source_id = %(source)s)
      AND (%(type)s = '' OR e.type = %(type)s)
      AND (%(text)s = ''
           OR e.message_id = %(message_id)s
           OR strpos(lower(e.name), lower(%(text)s)) > 0
           OR e.identifiers && %(identifiers)s::text[]
           OR EXISTS (SELECT FROM unnest(e.identifiers) i
                      WHERE substr(i, strpos(i, ':') + 1) = ANY (%(values)s::text[])))
    ORDER BY e.event_id DESC
    LIMIT %(limit)s
) e
WHERE d.delivery_id BETWEEN %(floor)s AND (%(before)s - 1) >> 20
  AND (%(delivery)s IS NULL OR d.delivery_id = %(delivery)s)
  AND d.landed > 0
ORDER BY d.delivery_id DESC, e.event_id DESC
LIMIT %(limit)s
