-- Purpose: for each neighbourhood in conflict its assertions and links in play, by place of their ends, as arrays in the
-- order in which they count: assertions by their identifiers; then links, vouched first, by the weaker end's rank, the
-- stronger end's rank, first seen, and the two identifiers in byte order, the smaller first.
-- Reads: work_conflicts, work_assertions, links.
CREATE FUNCTION order_links() RETURNS TABLE (neighbourhood_id bigint, a int[], b int[], asserted boolean[], vouched boolean[])
LANGUAGE sql AS $$
    SELECT o.neighbourhood_id, array_agg(o.a ORDER BY o.n), array_agg(o.b ORDER BY o.n),
           array_agg(o.asserted ORDER BY o.n), array_agg(o.vouched ORDER BY o.n)
    FROM (
        SELECT a.neighbourhood_id, least(a.place, b.place) AS a, greatest(a.place, b.place) AS b, e.asserted, e.vouched,
               row_number() OVER (
                   ORDER BY e.asserted DESC, e.vouched DESC,
                            CASE WHEN NOT e.asserted THEN greatest(a.rank, b.rank) END,
                            CASE WHEN NOT e.asserted THEN least(a.rank, b.rank) END,
                            e.first_seen, least(a.place, b.place), greatest(a.place, b.place)
               ) AS n
        FROM (
            SELECT w.a_id, w.b_id, true AS asserted, true AS vouched, NULL::timestamptz AS first_seen FROM work_assertions w
            UNION ALL
            SELECT l.a_id, l.b_id, false, l.vouched, l.first_seen
            FROM work_conflicts c JOIN links l ON l.a_id = c.identifier_id
        ) e
        JOIN work_conflicts a ON a.identifier_id = e.a_id
        JOIN work_conflicts b ON b.identifier_id = e.b_id
        WHERE e.asserted OR step_two(a.standing, b.standing, e.vouched) IS NULL
    ) o
    GROUP BY o.neighbourhood_id
$$;
