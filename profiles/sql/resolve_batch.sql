-- Purpose: the engine. Takes the oldest unresolved deliveries, gives the partition that holds with their events.
-- Returns: how many deliveries it resolved; 0 when none waits.
-- Invariant: after it, the stored partition is the function of all resolved events, the decisions and the rules.
CREATE FUNCTION resolve_batch(events_a_batch bigint DEFAULT 200000) RETURNS integer LANGUAGE plpgsql
SET client_min_messages = warning SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    taken integer;
    started timestamptz := clock_timestamp();
BEGIN
    PERFORM engine_lock();
    PERFORM prepare_work();
    taken := take_deliveries(events_a_batch);
    IF taken = 0 THEN
        RETURN 0;
    END IF;
    -- read
    PERFORM gather_combinations();
    PERFORM name_identifiers();
    PERFORM derive_links();
    PERFORM judge_standing();
    -- decide and write
    PERFORM settle('event', NULL);
    PERFORM write_traits();
    PERFORM finish_deliveries(started);
    RETURN taken;
END $$;
