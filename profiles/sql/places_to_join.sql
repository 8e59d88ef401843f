-- Purpose: the edges as pairs of places: of cores, the vouched ones; of neighbourhoods, the others, and that a known core is in
-- its neighbourhood.
-- Reads: edges_at_hand(), work_places. Cost: ends that arrived are reckoned, not looked up.
CREATE FUNCTION places_to_join(cores boolean, first_arrived bigint, shift bigint) RETURNS TABLE (a int, b int)
LANGUAGE sql STABLE AS $$
    SELECT (e.core_a - shift)::int, (e.core_b - shift)::int FROM edges_at_hand() e
    WHERE e.vouched = cores AND least(e.core_a, e.core_b) >= first_arrived
    UNION ALL
    SELECT coalesce(x.place, e.x - shift)::int, coalesce(y.place, e.y - shift)::int
    FROM (
        SELECT CASE WHEN cores THEN core_a ELSE a END AS x, CASE WHEN cores THEN core_b ELSE b END AS y FROM edges_at_hand()
        WHERE vouched = cores AND least(core_a, core_b) < first_arrived
        UNION ALL
        SELECT node, within FROM work_places WHERE NOT cores AND node <> within
    ) e
    LEFT JOIN work_places x ON x.node = e.x
    LEFT JOIN work_places y ON y.node = e.y
$$;
