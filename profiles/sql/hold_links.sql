-- Purpose: the reason of each link in play whose ends are in different profiles; none for the others.
-- Only neighbourhoods that are or were in conflict have any. Reads: work tables, links, kinds. Writes: links.held.
-- Invariant: one of the three conditions always holds between two final profiles that a link in play would join.
CREATE FUNCTION hold_links() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE work_crossings;
    INSERT INTO work_crossings
    SELECT l.a_id, l.b_id, l.vouched, l.held,
           least(a.new_profile_id, b.new_profile_id), greatest(a.new_profile_id, b.new_profile_id)
    FROM work_identifiers a
    JOIN links l ON l.a_id = a.identifier_id
    JOIN work_identifiers b ON b.identifier_id = l.b_id AND b.loaded
    WHERE a.loaded AND step_two(a.standing, b.standing, l.vouched) IS NULL
      AND (EXISTS (SELECT FROM work_neighbourhoods n WHERE n.neighbourhood_id = a.new_neighbourhood_id AND n.conflicted)
           OR EXISTS (SELECT FROM conflicted_neighbourhoods c WHERE c.neighbourhood_id = a.neighbourhood_id)
           OR l.held IS NOT NULL);
    ANALYZE work_crossings;

    UPDATE links k SET held = r.reason
    FROM why_apart() r
    WHERE k.a_id = r.a_id AND k.b_id = r.b_id AND k.held IS DISTINCT FROM r.reason;
END $$;
