-- Purpose: what was delivered in each minute, quiet ones too. Reads: deliveries, delivery_sources.
SELECT minute, coalesce(sum(b.landed), 0), coalesce(sum(b.duplicate), 0), coalesce(sum(b.rejected), 0)
FROM generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 minute') AS minute
LEFT JOIN (
    SELECT received_at, landed, duplicate, rejected FROM deliveries WHERE %(source)s IS NULL
    UNION ALL
    SELECT d.received_at, s.landed, s.duplicate, s.rejected
    FROM deliveries d JOIN delivery_sources s USING (delivery_id) WHERE s.source_id = %(source)s
) b ON b.received_at >= %(first)s AND date_trunc('minute', b.received_at, 'UTC') = minute
GROUP BY minute ORDER BY minute
