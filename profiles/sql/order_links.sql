-- Purpose: assertions and links in play of a neighbourhood, by place of their ends, in the order in which they count.
-- Order: assertions by their identifiers; links vouched first, then by the weaker end's rank, the stronger end's rank,
-- first seen, and the two identifiers in byte order, the smaller first.
CREATE FUNCTION order_links(neighbourhood bigint) RETURNS TABLE (a int, b int, asserted boolean, vouched boolean) LANGUAGE sql AS $$
    WITH members AS MATERIALIZED (SELECT * FROM place_members(neighbourhood))
    SELECT least(a.place, b.place), greatest(a.place, b.place), e.asserted, e.vouched
    FROM (
        SELECT a_id, b_id, true AS asserted, true AS vouched, NULL::timestamptz AS first_seen FROM work_assertions
        UNION ALL
        SELECT l.a_id, l.b_id, false, l.vouched, l.first_seen FROM members m JOIN links l ON l.a_id = m.identifier_id
    ) e
    JOIN members a ON a.identifier_id = e.a_id
    JOIN members b ON b.identifier_id = e.b_id
    WHERE e.asserted OR step_two(a.standing, b.standing, e.vouched) IS NULL
    ORDER BY e.asserted DESC, e.vouched DESC,
             CASE WHEN NOT e.asserted THEN greatest(a.rank, b.rank) END, CASE WHEN NOT e.asserted THEN least(a.rank, b.rank) END,
             e.first_seen, least(a.place, b.place), greatest(a.place, b.place)
$$;
