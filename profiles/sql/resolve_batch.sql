-- Purpose: the engine. Takes the oldest unresolved deliveries, gives the partition that holds with their events.
-- Returns: the id of its line in resolutions; null when no delivery waits.
-- Invariant: after it, the stored partition is the function of all resolved events, the decisions and the rules.
CREATE FUNCTION resolve_batch(events_a_batch bigint DEFAULT 200000) RETURNS bigint LANGUAGE plpgsql
SET client_min_messages = warning SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    started timestamptz := clock_timestamp();
BEGIN
    PERFORM engine_lock();
    PERFORM prepare_work();
    IF take_deliveries(events_a_batch) = 0 THEN
        RETURN NULL;
    END IF;
    -- read
    PERFORM gather_combinations();
    PERFORM name_identifiers();
    PERFORM derive_links();
    PERFORM judge_standing();
    -- decide and write
    PERFORM settle('event', NULL);
    PERFORM write_traits();
    PERFORM finish_deliveries();
    RETURN record_resolution(started, 'event');
END $$;
