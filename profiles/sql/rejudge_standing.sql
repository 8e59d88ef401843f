-- Purpose: step 2 of the function for these identifiers, from all their links; those whose standing differs are put to work.
-- Reads: identifiers, links, kinds, blocked_values. Writes: work_named, work_loaded.
CREATE FUNCTION rejudge_standing(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_named (identifier_id, kind_id, value, arrived, newly_vouched, vouched, was_standing,
                            standing, core_id, neighbourhood_id, profile_id)
    SELECT i.identifier_id, i.kind_id, i.value, false, false, i.vouched, i.standing,
           s.standing, i.core_id, i.neighbourhood_id, i.profile_id
    FROM standing_of(ids) s
    CROSS JOIN LATERAL (SELECT * FROM identifiers WHERE identifier_id = s.identifier_id OFFSET 0) i
    WHERE i.standing <> s.standing;

    INSERT INTO work_loaded SELECT neighbourhood_id, true FROM work_named;
END $$;
