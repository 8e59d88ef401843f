-- Purpose: from what changed (work_identifiers, work_links, work_loaded) to the new partition and its history.
-- Reads and writes: identifiers, links, combinations, conflicted_neighbourhoods, profile_changes.
CREATE FUNCTION settle(cause text, cause_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM write_links();
    PERFORM load_neighbourhoods();
    PERFORM connect();
    PERFORM evaluate_neighbourhoods();
    PERFORM hold_links();
    PERFORM write_history(cause, cause_id);
    PERFORM write_identifiers();
    PERFORM write_combinations();
END $$;
