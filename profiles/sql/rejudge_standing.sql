-- Purpose: step 2 of the function for these identifiers, from all their links; those whose standing differs are put to work.
-- Reads: identifiers, links, kinds, blocked_values. Writes: work_identifiers, work_loaded.
CREATE FUNCTION rejudge_standing(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_identifiers (identifier_id, kind_id, value, arrived, loaded, newly_vouched, vouched, was_standing,
                                  standing, core_id, neighbourhood_id, profile_id,
                                  new_core_id, new_neighbourhood_id, new_profile_id)
    SELECT i.identifier_id, i.kind_id, i.value, false, false, false, i.vouched, i.standing,
           s.standing, i.core_id, i.neighbourhood_id, i.profile_id, i.core_id, i.neighbourhood_id, i.profile_id
    FROM identifiers i
    CROSS JOIN LATERAL (SELECT CASE WHEN is_blocked(i.kind_id, i.value) THEN 3 ELSE shared_standing(i.identifier_id, i.kind_id) END) s (standing)
    WHERE i.identifier_id = ANY (ids) AND i.standing <> s.standing;

    INSERT INTO work_loaded SELECT neighbourhood_id, true FROM work_identifiers;
END $$;
