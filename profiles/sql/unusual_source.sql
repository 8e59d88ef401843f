-- Purpose: the source, if any, whose events merge profiles at many times the rate that its own events of the last days did.
-- A source without a day's history of its own can't be unusual; neither can an import: whoever starts one joins what was
-- apart, at whatever rate.
-- Reads: work tables, raw_events, deliveries, delivery_sources, profile_changes (the newest 20,000 merges).
-- Returns: as parked_deliveries.detail; null for none.
CREATE FUNCTION unusual_source(breaker public.circuit_breaker) RETURNS jsonb LANGUAGE sql AS $$
    WITH sent AS (
        SELECT e.source_id, count(*) AS events
        FROM work_ranges r
        CROSS JOIN LATERAL (SELECT * FROM raw_events WHERE event_id >= r.first_event AND event_id < r.end_event OFFSET 0) e
        GROUP BY e.source_id
    ), merging AS (
        SELECT e.source_id, count(*) AS merges
        FROM gone_profiles() g JOIN bringing_events() b ON b.profile_id = g.from_id JOIN raw_events e USING (event_id)
        GROUP BY e.source_id HAVING count(*) >= breaker.at_least
    ), newest AS (
        SELECT at, cause_id FROM profile_changes
        WHERE cause = 'event' AND change = 'merge' AND at > now() - make_interval(days => breaker.days) AND at < now()
        ORDER BY at DESC LIMIT 20000
    ), window_start AS (
        SELECT CASE WHEN count(*) < 20000 THEN now() - make_interval(days => breaker.days) ELSE min(at) END AS at FROM newest
    ), before AS (
        SELECT s.source_id, sum(s.landed) AS events, min(d.received_at) AS since
        FROM merging m JOIN delivery_sources s USING (source_id) JOIN deliveries d USING (delivery_id)
        WHERE d.received_at > now() - make_interval(days => breaker.days) AND d.resolved_at IS NOT NULL
        GROUP BY s.source_id
    ), usual AS (
        SELECT b.source_id,
               (1 + (SELECT count(*) FROM newest n JOIN raw_events e ON e.event_id = n.cause_id WHERE e.source_id = b.source_id))
               / (1 + (SELECT sum(s.landed) FROM delivery_sources s JOIN deliveries d USING (delivery_id), window_start w
                       WHERE s.source_id = b.source_id AND d.received_at > w.at AND d.resolved_at IS NOT NULL))::numeric AS rate
        FROM before b
        WHERE b.since <= now() - interval '1 day' AND b.events >= 1000
    )
    SELECT jsonb_build_object('why', 'source', 'source_id', m.source_id, 'profiles', m.merges, 'events', s.events,
                              'usual', round(u.rate * s.events), 'examples', examples_of_merges(NULL))
    FROM merging m JOIN sent s USING (source_id) JOIN usual u USING (source_id)
    WHERE m.merges > breaker.times * u.rate * s.events
      AND EXISTS (SELECT FROM work_deliveries JOIN deliveries USING (delivery_id) WHERE origin <> 'import')
    ORDER BY m.merges DESC LIMIT 1
$$;
