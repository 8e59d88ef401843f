-- Purpose: the reason of each link in play whose ends are in different profiles; none for the others.
-- Only neighbourhoods that are or were in conflict have any; both ends of a link in play are in one.
-- Reads: work tables, links, kinds. Writes: links.held.
-- Invariant: one of the three conditions always holds between two final profiles that a link in play would join.
CREATE FUNCTION hold_links() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_crossings
    WITH at_odds AS MATERIALIZED (
        SELECT identifier_id, standing, new_profile_id FROM work_identifiers
        WHERE loaded AND (new_neighbourhood_id IN (SELECT neighbourhood_id FROM work_conflicted)
                          OR neighbourhood_id IN (SELECT neighbourhood_id FROM conflicted_neighbourhoods))
    )
    SELECT l.a_id, l.b_id, l.vouched, l.held,
           least(a.new_profile_id, b.new_profile_id), greatest(a.new_profile_id, b.new_profile_id)
    FROM at_odds a
    CROSS JOIN LATERAL (SELECT * FROM links WHERE a_id = a.identifier_id OFFSET 0) l
    JOIN at_odds b ON b.identifier_id = l.b_id
    WHERE step_two(a.standing, b.standing, l.vouched) IS NULL;
    IF FOUND THEN
        PERFORM sample_work('work_crossings');

        UPDATE links k SET held = r.reason
        FROM why_apart() r
        WHERE k.a_id = r.a_id AND k.b_id = r.b_id AND k.held IS DISTINCT FROM r.reason;
    END IF;
END $$;
