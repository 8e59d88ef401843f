-- Purpose: what resolutions changed, hour by hour, for the last hours. Reads: resolutions.
SELECT h.hour, coalesce(sum(r.new_profiles), 0)::bigint AS new_profiles, coalesce(sum(r.merges), 0)::bigint AS merges,
       coalesce(sum(r.splits), 0)::bigint AS splits
FROM generate_series(date_trunc('hour', now()) - make_interval(hours => %(hours)s - 1), date_trunc('hour', now()), '1 hour') AS h (hour)
LEFT JOIN resolutions r ON r.finished_at >= h.hour AND r.finished_at < h.hour + interval '1 hour'
GROUP BY h.hour
ORDER BY h.hour
