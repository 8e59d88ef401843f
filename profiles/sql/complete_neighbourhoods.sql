-- Purpose: after connect(), bring in the rest of these neighbourhoods, of which only a part was loaded.
-- Reads: identifiers, decisions, work_cores, work_labels. Writes: work_loaded, work_named, work_identifiers, work tables of decisions.
CREATE FUNCTION complete_neighbourhoods(neighbourhoods bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work_loaded SET part = NULL WHERE neighbourhood_id = ANY (neighbourhoods);
    UPDATE work_identifiers SET loaded = true, new_profile_id = new_neighbourhood_id
    WHERE neighbourhood_id = ANY (neighbourhoods);

    INSERT INTO work_named (identifier_id, kind_id, value, arrived, newly_vouched, vouched, was_standing, standing,
                            core_id, neighbourhood_id, profile_id)
    SELECT i.identifier_id, i.kind_id, i.value, false, false, i.vouched, i.standing, i.standing,
           i.core_id, i.neighbourhood_id, i.profile_id
    FROM unnest(neighbourhoods) AS n (id)
    CROSS JOIN LATERAL (SELECT * FROM members_of_neighbourhood(n.id) OFFSET 0) i
    WHERE NOT EXISTS (SELECT FROM work_named w WHERE w.identifier_id = i.identifier_id);
    PERFORM label_identifiers();
    PERFORM load_decisions();
END $$;
