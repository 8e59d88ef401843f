-- Purpose: bring in every neighbourhood that the batch may change, whole or, of a large one, the part that matters, and the
-- decisions that name its members.
-- Reads: work_links, identifiers, decisions. Writes: work_loaded, work_named, work_assertions, work_separations.
-- Cost: a link inside a neighbourhood without conflicts changes nothing and loads nothing. Of each so many members are read as tell
-- whether it is large, once.
CREATE FUNCTION load_neighbourhoods() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_neighbourhoods();

    WITH members AS MATERIALIZED (
        SELECT n.neighbourhood_id AS loaded_id, n.part_if_large IS NOT NULL AND i.seen > large_neighbourhood() AS large, i.*
        FROM (SELECT neighbourhood_id, min(part_if_large) AS part_if_large FROM work_loaded GROUP BY neighbourhood_id) n
        CROSS JOIN LATERAL (
            SELECT m.*, count(*) OVER () AS seen
            FROM (
                SELECT * FROM members_of_neighbourhood(n.neighbourhood_id)
                LIMIT CASE WHEN n.part_if_large IS NOT NULL THEN large_neighbourhood() + 1 END
            ) m
            OFFSET 0
        ) i
    ), in_part AS (
        UPDATE work_loaded SET part = part_if_large
        WHERE neighbourhood_id IN (SELECT loaded_id FROM members WHERE large)
    )
    INSERT INTO work_named (identifier_id, kind_id, value, arrived, newly_vouched, vouched, was_standing, standing,
                            core_id, neighbourhood_id, profile_id)
    SELECT i.identifier_id, i.kind_id, i.value, false, false, i.vouched, i.standing, i.standing,
           i.core_id, i.neighbourhood_id, i.profile_id
    FROM members i
    WHERE NOT i.large AND NOT EXISTS (SELECT FROM work_named w WHERE w.identifier_id = i.identifier_id);

    IF EXISTS (SELECT FROM work_loaded WHERE part = 'profiles') THEN
        PERFORM load_parts();
    END IF;
    PERFORM load_decisions();
END $$;
