-- Purpose: of the large neighbourhoods in conflict, bring in only the profiles of the batch's identifiers, so that an event
-- does not pay for what others have tied to the neighbourhood. grow_parts() says why that gives the answer of the whole.
-- Reads: work_loaded, work_named, identifiers. Writes: work_named.
CREATE FUNCTION load_parts() RETURNS void LANGUAGE sql AS $$
    SELECT load_profiles(ARRAY(
        SELECT DISTINCT w.profile_id
        FROM work_named w JOIN work_loaded l USING (neighbourhood_id)
        WHERE l.part = 'profiles' AND NOT w.arrived
    ))
$$;
