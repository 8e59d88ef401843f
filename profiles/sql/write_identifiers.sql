-- Purpose: store new identifiers and what changed of known ones; note which neighbourhoods are in conflict now.
-- Reads: work_identifiers, work_conflicted. Writes: identifiers, conflicted_neighbourhoods.
CREATE FUNCTION write_identifiers() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identifiers (identifier_id, kind_id, value, core_id, neighbourhood_id, profile_id, vouched, standing)
    SELECT identifier_id, kind_id, value, new_core_id, new_neighbourhood_id, new_profile_id, vouched, standing
    FROM work_identifiers WHERE arrived;  -- in the order of the index

    UPDATE identifiers i
    SET core_id = w.new_core_id, neighbourhood_id = w.new_neighbourhood_id, profile_id = w.new_profile_id,
        vouched = w.vouched, standing = w.standing
    FROM work_identifiers w
    WHERE NOT w.arrived AND i.identifier_id = w.identifier_id
      AND (w.newly_vouched OR w.standing <> w.was_standing OR w.new_core_id <> w.core_id
           OR w.new_neighbourhood_id <> w.neighbourhood_id OR w.new_profile_id <> w.profile_id);

    DELETE FROM conflicted_neighbourhoods c USING work_identifiers w
    WHERE w.loaded AND c.neighbourhood_id = w.neighbourhood_id
      AND NOT EXISTS (SELECT FROM work_conflicted n WHERE n.neighbourhood_id = c.neighbourhood_id);
    INSERT INTO conflicted_neighbourhoods SELECT neighbourhood_id FROM work_conflicted
    ON CONFLICT DO NOTHING;
END $$;
