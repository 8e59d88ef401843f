-- Purpose: each neighbourhood in conflict as one row of arrays: its members by place, how many values of each limited
-- kind (in order of kind_id) each holds, and its links in order.
-- Reads: work_conflicts, kinds.
CREATE FUNCTION describe_conflicts() RETURNS TABLE (
    neighbourhood_id bigint, ids bigint[], anchored boolean[], counts int[],
    a int[], b int[], asserted boolean[], vouched boolean[]
) LANGUAGE sql AS $$
    SELECT m.neighbourhood_id, m.ids, m.anchored, k.counts, coalesce(o.a, '{}'), coalesce(o.b, '{}'), o.asserted, o.vouched
    FROM (
        SELECT c.neighbourhood_id, array_agg(c.identifier_id ORDER BY c.place) AS ids, array_agg(c.anchored ORDER BY c.place) AS anchored
        FROM work_conflicts c GROUP BY c.neighbourhood_id
    ) m
    LEFT JOIN (
        SELECT c.neighbourhood_id, array_agg((k.kind_id = c.kind_id)::int ORDER BY c.place, k.kind_id) AS counts
        FROM work_conflicts c CROSS JOIN kinds k
        WHERE k."limit" IS NOT NULL
        GROUP BY c.neighbourhood_id
    ) k ON k.neighbourhood_id = m.neighbourhood_id
    LEFT JOIN order_links() o ON o.neighbourhood_id = m.neighbourhood_id
$$;
