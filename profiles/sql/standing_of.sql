-- Purpose: step 2 of the function for some identifiers: 3 blocked; 2 shared by vouched links alone; 1 by all links; 0 in play.
-- Reads: identifiers, links, kinds, is_blocked().
CREATE FUNCTION standing_of(ids bigint[]) RETURNS TABLE (identifier_id bigint, standing smallint) LANGUAGE sql STABLE AS $$
    WITH asked AS MATERIALIZED (
        SELECT i.identifier_id, i.kind_id, i.value
        FROM unnest(ids) AS u (id)
        CROSS JOIN LATERAL (SELECT * FROM identifiers WHERE identifier_id = u.id OFFSET 0) i
    ), shared AS (
        SELECT n.identifier_id, max(CASE WHEN n.vouched > n.shared_after THEN 2 WHEN n.total > n.shared_after THEN 1 ELSE 0 END) AS standing
        FROM (
            SELECT i.identifier_id, k.shared_after, count(*) AS total, count(*) FILTER (WHERE l.vouched) AS vouched
            FROM asked i JOIN kinds k ON k.kind_id = i.kind_id AND k.shared_after IS NOT NULL
            CROSS JOIN LATERAL (
                SELECT b_id AS other, links.vouched FROM links WHERE a_id = i.identifier_id
                UNION ALL
                SELECT a_id, links.vouched FROM links WHERE b_id = i.identifier_id
                OFFSET 0
            ) l
            CROSS JOIN LATERAL (SELECT kind_id FROM identifiers WHERE identifiers.identifier_id = l.other OFFSET 0) o
            JOIN kinds ok ON ok.kind_id = o.kind_id AND ok.known
            GROUP BY i.identifier_id, k.shared_after, o.kind_id
        ) n
        GROUP BY n.identifier_id
    )
    SELECT i.identifier_id,
           (CASE WHEN is_blocked(i.kind_id, i.value) THEN 3 ELSE coalesce(s.standing, 0) END)::smallint
    FROM asked i
    LEFT JOIN shared s USING (identifier_id)
$$;
