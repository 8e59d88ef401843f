-- Purpose: how many values of each known kind the identifiers of the batch's new or newly vouched links are linked to,
-- in all and by vouched links; held links count, so that sharing isn't recursive.
-- Returns: a row for each known kind that an identifier is linked to; kind_id is the identifier's own.
-- Cost: looked at are only identifiers that may come to be shared by this batch: with a new neighbour of a known kind (a
-- vouched one where they are shared already by all links) and with enough links in all. So a value with many cookies,
-- or one that is shared, costs a later event nothing.
-- Reads: work_links, work_identifiers, links, identifiers, kinds.
CREATE FUNCTION count_neighbours() RETURNS TABLE (identifier_id bigint, kind_id smallint, total bigint, vouched bigint)
LANGUAGE sql AS $$
    WITH ends AS (
        SELECT e.id, o.kind_id AS other_kind, e.vouched, e.is_new
        FROM (
            SELECT a_id AS id, b_id AS other, vouched, is_new FROM work_links WHERE is_new OR newly_vouched
            UNION ALL
            SELECT b_id, a_id, vouched, is_new FROM work_links WHERE is_new OR newly_vouched
        ) e
        JOIN work_identifiers o ON o.identifier_id = e.other
        JOIN kinds k ON k.kind_id = o.kind_id AND k.known
    ), touched AS (
        SELECT w.identifier_id, w.kind_id, w.arrived
        FROM (SELECT id, count(*) AS n, bool_or(vouched) AS vouched FROM ends GROUP BY id) e
        JOIN work_identifiers w ON w.identifier_id = e.id AND (w.standing = 0 OR (w.standing = 1 AND e.vouched))
        JOIN kinds k ON k.kind_id = w.kind_id AND k.shared_after IS NOT NULL
        LEFT JOIN LATERAL (
            SELECT count(*) AS n
            FROM ((SELECT FROM links WHERE a_id = w.identifier_id LIMIT k.shared_after + 1)
                  UNION ALL
                  (SELECT FROM links WHERE b_id = w.identifier_id LIMIT k.shared_after + 1)) l
        ) stored ON NOT w.arrived
        WHERE e.n + coalesce(stored.n, 0) > k.shared_after
    ), neighbours AS (
        SELECT t.identifier_id, t.kind_id, e.other_kind, e.is_new::int AS total, e.vouched::int AS vouched
        FROM touched t JOIN ends e ON e.id = t.identifier_id
        UNION ALL
        SELECT t.identifier_id, t.kind_id, o.kind_id, 1, l.vouched::int
        FROM touched t
        CROSS JOIN LATERAL (
            SELECT b_id AS other, links.vouched FROM links WHERE a_id = t.identifier_id
            UNION ALL
            SELECT a_id, links.vouched FROM links WHERE b_id = t.identifier_id
        ) l
        JOIN identifiers o ON o.identifier_id = l.other
        JOIN kinds k ON k.kind_id = o.kind_id AND k.known
        WHERE NOT t.arrived
    )
    SELECT n.identifier_id, n.kind_id, sum(n.total), sum(n.vouched)
    FROM neighbours n
    GROUP BY n.identifier_id, n.kind_id, n.other_kind
$$;
