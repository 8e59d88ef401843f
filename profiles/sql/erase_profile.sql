-- Purpose: remove a profile and all that was derived from its events, and evaluate again what stood beside it. What stays of
-- it, because events of others carry it, is taken up again as if it had just arrived: under a new number.
-- Reads: erased_combinations(), erased_identifiers(). Writes: all that the engine writes, erased_ids, erasure_combinations.
-- Returns: the ids of all that is gone.
-- Invariant: afterwards the partition is the function of the events that are left, the decisions and the rules.
CREATE FUNCTION erase_profile(profile bigint, others_too boolean, erasure bigint) RETURNS bigint[] LANGUAGE plpgsql
SET client_min_messages = warning SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    gone bigint[];
    beside bigint[];
BEGIN
    PERFORM engine_lock();
    CREATE TEMP TABLE erased ON COMMIT DROP AS SELECT * FROM erased_identifiers(profile, others_too);
    CREATE TEMP TABLE kept_facts ON COMMIT DROP AS SELECT * FROM kept_beside(profile, others_too);
    gone := ARRAY(SELECT identifier_id FROM erased);
    INSERT INTO erasure_combinations (erasure_id, combination_id)
    SELECT erasure, combination_id FROM erased_combinations(profile, others_too) WHERE goes;

    PERFORM forget_words(gone);
    PERFORM tell_erased(gone, erasure);
    beside := forget_facts(gone, erasure);
    PERFORM reconsider(beside, true, 'erasure', erasure);
    PERFORM take_up_kept(erasure);
    DELETE FROM conflicted_neighbourhoods c
    WHERE NOT EXISTS (SELECT FROM members_of_neighbourhood(c.neighbourhood_id));
    DROP TABLE erased, kept_facts;
    RETURN gone;
END $$;
