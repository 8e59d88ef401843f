-- Purpose: after resolve_in_order(), bring in what the answer also depends on: the profiles that held links tie to one that
-- changed. Where this is asked for the last time, the whole neighbourhoods.
-- Invariant: a link between a loaded and another profile was refused. If the loaded one is still in one piece it is, at
-- each step of the order, at least what it was; the conditions only grow, so the link is refused again, and nothing
-- beyond it changes. Its reason can change only with what the profile is joined with.
-- Reads: work tables, links, identifiers, kinds. Writes: work_named, work_identifiers, work_loaded. Returns: whether there was any.
CREATE FUNCTION grow_parts(last boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    tied bigint[] := profiles_tied();
BEGIN
    IF tied = '{}' THEN
        RETURN false;
    ELSIF last THEN
        PERFORM complete_neighbourhoods(ARRAY(SELECT neighbourhood_id FROM work_loaded WHERE part IS NOT NULL));
    ELSE
        PERFORM load_profiles(tied);
        PERFORM label_identifiers();
        PERFORM load_decisions();
    END IF;
    RETURN true;
END $$;
