-- Purpose: bring in, whole, every neighbourhood that the batch may change, and the decisions that name its members.
-- Reads: work_links, work_identifiers, identifiers, decisions. Writes: work_loaded, work_identifiers, work_assertions, work_separations.
-- Cost: a link inside a neighbourhood without conflicts changes nothing and loads nothing.
CREATE FUNCTION load_neighbourhoods() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_neighbourhoods();

    INSERT INTO work_identifiers (identifier_id, kind_id, value, arrived, loaded, dissolved, newly_vouched, vouched,
                                  was_standing, standing, core_id, neighbourhood_id, profile_id,
                                  new_core_id, new_neighbourhood_id, new_profile_id)
    SELECT i.identifier_id, i.kind_id, i.value, false, true, n.dissolved, false, i.vouched,
           i.standing, i.standing, i.core_id, i.neighbourhood_id, i.profile_id,
           CASE WHEN n.dissolved THEN i.identifier_id ELSE i.core_id END,
           CASE WHEN n.dissolved THEN i.identifier_id ELSE i.neighbourhood_id END,
           CASE WHEN n.dissolved THEN i.identifier_id ELSE i.neighbourhood_id END
    FROM (SELECT neighbourhood_id, bool_or(dissolved) AS dissolved FROM work_loaded GROUP BY 1) n
    CROSS JOIN LATERAL (
        SELECT * FROM identifiers WHERE identifier_id = n.neighbourhood_id
        UNION ALL
        SELECT * FROM identifiers
        WHERE neighbourhood_id = n.neighbourhood_id AND NOT (neighbourhood_id = identifier_id)
    ) i
    ON CONFLICT (identifier_id) DO UPDATE
    SET loaded = true, dissolved = excluded.dissolved, new_core_id = excluded.new_core_id,
        new_neighbourhood_id = excluded.new_neighbourhood_id, new_profile_id = excluded.new_profile_id;

    PERFORM load_decisions();
    ANALYZE work_identifiers;
END $$;
