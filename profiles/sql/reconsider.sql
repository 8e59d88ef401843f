-- Purpose: evaluate again the neighbourhoods of these identifiers, after a decision or a rule changed. Unless it was a decision,
-- their standing is judged afresh; `dissolve` also takes the neighbourhoods apart first, for what no longer joins them.
-- Returns: the id of its line in resolutions. Reads and writes what settle() does.
CREATE FUNCTION reconsider(identifier_ids bigint[], dissolve boolean, cause text, cause_id bigint) RETURNS bigint
LANGUAGE plpgsql SET client_min_messages = warning SET enable_mergejoin = off SET jit = off
SET default_statistics_target = 10 AS $$
#variable_conflict use_variable
DECLARE
    started timestamptz := clock_timestamp();
BEGIN
    PERFORM engine_lock();
    PERFORM prepare_work(small => cardinality(identifier_ids) < 5000);
    IF cause <> 'decision' THEN  -- which makes no value shared or blocked
        PERFORM rejudge_standing(identifier_ids);
    END IF;
    INSERT INTO work_loaded
    SELECT DISTINCT i.neighbourhood_id, dissolve FROM identifiers i WHERE i.identifier_id = ANY (identifier_ids);
    PERFORM settle(cause, cause_id);
    IF cause <> 'decision' THEN
        PERFORM own_again(identifier_ids);
    END IF;
    RETURN record_resolution(started, cause);
END $$;
