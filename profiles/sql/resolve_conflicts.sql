-- Purpose: the profiles of the neighbourhoods in conflict, their links taken in order.
-- Reads: work_neighbourhoods, work_identifiers, links. Writes: work_conflicts, work_identifiers.new_profile_id.
CREATE FUNCTION resolve_conflicts() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM work_conflicts;
    PERFORM gather_conflicts();
    PERFORM resolve_in_order();
    UPDATE work_identifiers w SET new_profile_id = c.profile_id
    FROM work_conflicts c WHERE w.identifier_id = c.identifier_id;
END $$;
