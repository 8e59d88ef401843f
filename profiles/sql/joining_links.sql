-- Purpose: what joins identifiers besides the batch's own links: assertions, which count as vouched, and all links in play
-- of dissolved neighbourhoods, by what their ends' cores and neighbourhoods were, or by single identifiers where dissolved.
-- Reads: work_named, work_loaded, work_assertions, links.
CREATE FUNCTION joining_links() RETURNS TABLE (vouched boolean, core_a bigint, core_b bigint, a bigint, b bigint) LANGUAGE sql AS $$
    WITH dissolved AS (
        SELECT DISTINCT neighbourhood_id FROM work_loaded WHERE dissolved
    ), named AS (
        SELECT w.identifier_id, w.standing, d.neighbourhood_id IS NOT NULL AS dissolved,
               CASE WHEN d.neighbourhood_id IS NULL THEN w.core_id ELSE w.identifier_id END AS core_id,
               CASE WHEN d.neighbourhood_id IS NULL THEN w.neighbourhood_id ELSE w.identifier_id END AS neighbourhood_id
        FROM work_named w LEFT JOIN dissolved d USING (neighbourhood_id)
    )
    SELECT j.vouched, a.core_id, b.core_id, a.neighbourhood_id, b.neighbourhood_id
    FROM (
        SELECT a_id, b_id, true AS vouched, true AS asserted FROM work_assertions
        UNION ALL
        SELECT l.a_id, l.b_id, l.vouched, false
        FROM named n CROSS JOIN LATERAL (SELECT * FROM links WHERE a_id = n.identifier_id OFFSET 0) l
        WHERE n.dissolved
    ) j
    JOIN named a ON a.identifier_id = j.a_id
    JOIN named b ON b.identifier_id = j.b_id
    WHERE j.asserted OR step_two(a.standing, b.standing, j.vouched) IS NULL
$$;
