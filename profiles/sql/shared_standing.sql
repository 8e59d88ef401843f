-- Purpose: 2 if an identifier's vouched links alone make it shared, 1 if all its links do, else 0.
-- Reads: links, identifiers, kinds.
CREATE FUNCTION shared_standing(id bigint, kind smallint) RETURNS smallint LANGUAGE sql STABLE AS $$
    SELECT coalesce(max(CASE WHEN n.vouched > k.shared_after THEN 2 WHEN n.total > k.shared_after THEN 1 ELSE 0 END), 0)::smallint
    FROM kinds k, (
        SELECT count(*) AS total, count(*) FILTER (WHERE l.vouched) AS vouched
        FROM (
            SELECT b_id AS other, vouched FROM links WHERE a_id = id
            UNION ALL
            SELECT a_id, vouched FROM links WHERE b_id = id
        ) l
        JOIN identifiers o ON o.identifier_id = l.other
        JOIN kinds ok ON ok.kind_id = o.kind_id AND ok.known
        GROUP BY o.kind_id
    ) n
    WHERE k.kind_id = kind AND k.shared_after IS NOT NULL
$$;
