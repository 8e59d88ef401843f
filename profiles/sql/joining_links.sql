-- Purpose: what may join the nodes of the batch: its own links in play, all links in play of dissolved
-- neighbourhoods, and assertions, which count as vouched.
-- Reads: work_links, work_identifiers, work_assertions, links.
CREATE FUNCTION joining_links() RETURNS TABLE (a_id bigint, b_id bigint, vouched boolean) LANGUAGE sql AS $$
    SELECT a_id, b_id, vouched FROM work_links WHERE in_play AND (is_new OR newly_vouched)
    UNION ALL
    SELECT a_id, b_id, true FROM work_assertions
    UNION ALL
    SELECT l.a_id, l.b_id, l.vouched
    FROM work_identifiers a
    JOIN links l ON l.a_id = a.identifier_id
    JOIN work_identifiers b ON b.identifier_id = l.b_id
    WHERE a.dissolved AND step_two(a.standing, b.standing, l.vouched) IS NULL
$$;
