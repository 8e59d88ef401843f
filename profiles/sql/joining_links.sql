-- Purpose: what joins identifiers besides the batch's own links: assertions, which count as vouched, and all links in play
-- of dissolved neighbourhoods, by their ends' cores and neighbourhoods.
-- Reads: work_identifiers, work_assertions, links.
CREATE FUNCTION joining_links() RETURNS TABLE (vouched boolean, core_a bigint, core_b bigint, a bigint, b bigint) LANGUAGE sql AS $$
    SELECT j.vouched, a.new_core_id, b.new_core_id, a.new_neighbourhood_id, b.new_neighbourhood_id
    FROM (
        SELECT a_id, b_id, true AS vouched, true AS asserted FROM work_assertions
        UNION ALL
        SELECT l.a_id, l.b_id, l.vouched, false
        FROM work_identifiers d JOIN links l ON l.a_id = d.identifier_id
        WHERE d.dissolved
    ) j
    JOIN work_identifiers a ON a.identifier_id = j.a_id
    JOIN work_identifiers b ON b.identifier_id = j.b_id
    WHERE j.asserted OR step_two(a.standing, b.standing, j.vouched) IS NULL
$$;
