-- Purpose: how many values of each known kind the identifiers of the batch's new or newly vouched links are linked to,
-- in all and by vouched links; held links count, so that sharing isn't recursive.
-- Returns: a row for each known kind that an identifier is linked to; kind_id is the identifier's own.
-- Cost: counted are only identifiers that may come to be shared by this batch: those linked to one more value of a known kind,
-- with enough links in all, that are not shared yet, or only by all links while a new one is vouched. So a value with many
-- cookies, or one that is shared, costs a later event nothing. What arrived has no links but the batch's.
-- Reads: work_links, work_named, links, identifiers, kinds.
CREATE FUNCTION count_neighbours() RETURNS TABLE (identifier_id bigint, kind_id smallint, total bigint, vouched bigint)
LANGUAGE sql AS $$
    WITH ends AS NOT MATERIALIZED (
        SELECT a_id AS id, b_id AS other, vouched, is_new FROM work_links WHERE known_b AND (is_new OR newly_vouched)
        UNION ALL
        SELECT b_id, a_id, vouched, is_new FROM work_links WHERE known_a AND (is_new OR newly_vouched)
    ), touched AS MATERIALIZED (
        SELECT w.identifier_id, w.kind_id, w.arrived
        FROM (
            SELECT id, count(*) AS n, bool_or(vouched) AS vouched FROM ends GROUP BY id
            HAVING count(*) > (SELECT min(shared_after) FROM kinds) OR id < (SELECT least_arrived())
        ) e
        JOIN work_named w ON w.identifier_id = e.id AND (w.standing = 0 OR (w.standing = 1 AND e.vouched))
        JOIN kinds k ON k.kind_id = w.kind_id AND k.shared_after IS NOT NULL
        WHERE e.n > k.shared_after
           OR (NOT w.arrived
               AND e.n + (SELECT count(*) FROM (SELECT FROM links WHERE a_id = w.identifier_id LIMIT k.shared_after + 1) l)
                       + (SELECT count(*) FROM (SELECT FROM links WHERE b_id = w.identifier_id LIMIT k.shared_after + 1) l)
                   > k.shared_after)
    ), neighbours AS (
        SELECT t.identifier_id, t.kind_id, o.kind_id AS other_kind, e.is_new::int AS total, e.vouched::int AS vouched
        FROM touched t JOIN ends e ON e.id = t.identifier_id JOIN work_named o ON o.identifier_id = e.other
        UNION ALL
        SELECT t.identifier_id, t.kind_id, o.kind_id, 1, l.vouched::int
        FROM touched t
        CROSS JOIN LATERAL (
            SELECT b_id AS other, links.vouched FROM links WHERE a_id = t.identifier_id
            UNION ALL
            SELECT a_id, links.vouched FROM links WHERE b_id = t.identifier_id
        ) l
        JOIN identifiers o ON o.identifier_id = l.other
        WHERE NOT t.arrived
    )
    SELECT n.identifier_id, n.kind_id, sum(n.total), sum(n.vouched)
    FROM neighbours n JOIN kinds o ON o.kind_id = n.other_kind AND o.known
    GROUP BY n.identifier_id, n.kind_id, n.other_kind
$$;
