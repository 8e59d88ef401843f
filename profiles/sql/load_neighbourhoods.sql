-- Purpose: bring in every neighbourhood that the batch may change, whole or the part that matters, and the decisions that name its members.
-- Reads: work_links, identifiers, decisions. Writes: work_loaded, work_named, work_assertions, work_separations.
-- Cost: a link inside a neighbourhood without conflicts changes nothing and loads nothing.
CREATE FUNCTION load_neighbourhoods() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_neighbourhoods();

    INSERT INTO work_named (identifier_id, kind_id, value, arrived, newly_vouched, vouched, was_standing, standing,
                            core_id, neighbourhood_id, profile_id)
    SELECT i.identifier_id, i.kind_id, i.value, false, false, i.vouched, i.standing, i.standing,
           i.core_id, i.neighbourhood_id, i.profile_id
    FROM (SELECT DISTINCT neighbourhood_id FROM work_loaded WHERE part IS NULL) n
    CROSS JOIN LATERAL (SELECT * FROM members_of_neighbourhood(n.neighbourhood_id) OFFSET 0) i
    WHERE NOT EXISTS (SELECT FROM work_named w WHERE w.identifier_id = i.identifier_id);

    IF EXISTS (SELECT FROM work_loaded WHERE part = 'profiles') THEN
        PERFORM load_parts();
    END IF;
    PERFORM load_decisions();
END $$;
