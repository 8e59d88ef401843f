-- Purpose: the profiles that end with this batch, and where each goes. Reads: work_identifiers.
CREATE FUNCTION gone_profiles() RETURNS TABLE (from_id bigint, to_id bigint) LANGUAGE sql AS $$
    SELECT w.profile_id, w.new_profile_id FROM work_identifiers w
    WHERE w.loaded AND NOT w.arrived AND w.identifier_id = w.profile_id AND w.new_profile_id <> w.profile_id
$$;
