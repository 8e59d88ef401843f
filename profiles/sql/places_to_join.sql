-- Purpose: the edges as pairs of places: of cores, the vouched ones; of neighbourhoods, the others, and that a known core which
-- a vouched one ends at is in its neighbourhood.
-- Reads: edges_at_hand(), work_places. Cost: ends that arrived are reckoned, not looked up.
CREATE FUNCTION places_to_join(cores boolean, first_arrived bigint, shift bigint) RETURNS TABLE (a int, b int)
LANGUAGE sql STABLE AS $$
    SELECT (e.core_a - shift)::int, (e.core_b - shift)::int FROM edges_at_hand() e
    WHERE e.vouched = cores AND least(e.core_a, e.core_b) >= first_arrived
    UNION ALL
    SELECT coalesce(x.place, n.x - shift)::int, coalesce(y.place, n.y - shift)::int
    FROM edges_at_hand() e
    CROSS JOIN LATERAL (VALUES (CASE WHEN e.vouched THEN e.core_a ELSE e.a END, CASE WHEN e.vouched THEN e.core_b ELSE e.b END,
                                e.vouched = cores),
                               (e.core_a, e.a, e.vouched AND NOT cores),
                               (e.core_b, e.b, e.vouched AND NOT cores)) AS n (x, y, asked)
    LEFT JOIN work_places x ON x.node = n.x
    LEFT JOIN work_places y ON y.node = n.y
    WHERE least(e.core_a, e.core_b) < first_arrived AND n.asked AND n.x <> n.y
$$;
