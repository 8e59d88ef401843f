-- Purpose: the value, if any, that merges more profiles into one than a merge usually does, many times over; usual is what 99
-- of 100 of the last days' merges did. It is the one that most of the profiles are linked to.
-- Reads: work_identifiers, work_links, profile_changes, kinds. Returns: as parked_deliveries.detail; null for none.
CREATE FUNCTION unusual_value(breaker public.circuit_breaker) RETURNS jsonb LANGUAGE sql AS $$
    WITH target AS (
        SELECT to_id, count(*) AS profiles FROM gone_profiles() GROUP BY to_id
        HAVING count(*) >= breaker.at_least ORDER BY count(*) DESC, to_id LIMIT 1
    ), usual AS (
        SELECT coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY n), 1) AS profiles
        FROM (
            SELECT count(*) AS n FROM profile_changes
            WHERE cause = 'event' AND change = 'merge' AND at > now() - make_interval(days => breaker.days) AND at < now()
            GROUP BY at, to_profile_id
        ) merges
    ), value AS (
        SELECT w.kind_id, w.value
        FROM (SELECT a_id AS id, profile_b AS other FROM work_links WHERE held IS NULL AND profile_a <> profile_b
              UNION ALL
              SELECT b_id, profile_a FROM work_links WHERE held IS NULL AND profile_a <> profile_b) ends
        JOIN gone_profiles() g ON g.from_id = ends.other
        JOIN target t ON t.to_id = g.to_id
        JOIN work_identifiers w ON w.identifier_id = ends.id
        GROUP BY w.identifier_id, w.kind_id, w.value
        ORDER BY count(DISTINCT ends.other) DESC, w.identifier_id LIMIT 1
    )
    SELECT jsonb_build_object('why', 'value', 'kind', k.name, 'value', v.value, 'profiles', t.profiles, 'usual', u.profiles,
                              'events', (SELECT sum(landed) FROM work_deliveries), 'examples', examples_of_merges(t.to_id))
    FROM target t CROSS JOIN usual u LEFT JOIN value v ON true LEFT JOIN kinds k USING (kind_id)
    WHERE t.profiles > breaker.times * u.profiles
$$;
