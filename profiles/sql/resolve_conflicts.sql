-- Purpose: the profiles of the neighbourhoods in conflict, their links taken in order.
-- Reads: work_conflicted, work_identifiers, links. Writes: work_conflicts, work_identifiers.new_profile_id.
-- Cost: their members are written once, not a statement for each neighbourhood.
CREATE FUNCTION resolve_conflicts() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM work_conflicts;
    PERFORM gather_conflicts();
    UPDATE work_conflicts c SET profile_id = r.profile_id FROM resolve_in_order() r WHERE r.identifier_id = c.identifier_id;
    UPDATE work_identifiers w SET new_profile_id = c.profile_id
    FROM work_conflicts c WHERE w.identifier_id = c.identifier_id;
END $$;
