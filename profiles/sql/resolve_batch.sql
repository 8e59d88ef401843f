-- Purpose: the engine. Takes the oldest unresolved deliveries, gives the partition that holds with their events.
-- Returns: the id of its line in resolutions; null when no delivery waits.
-- Invariant: after it, the stored partition is the function of all resolved events, the decisions and the rules.
-- What fails, or trips the breaker, leaves nothing; its deliveries are taken again alone, and the one at fault is parked.
CREATE FUNCTION resolve_batch(events_a_batch bigint DEFAULT 1000000) RETURNS bigint LANGUAGE plpgsql
SET client_min_messages = warning SET enable_mergejoin = off SET jit = off
SET default_statistics_target = 10 SET work_mem = '128MB' AS $$
DECLARE
    started timestamptz := clock_timestamp();
    waiting bigint;
    state text; message text; detail text;
BEGIN
    PERFORM engine_lock();
    SELECT sum(landed) INTO waiting FROM (SELECT * FROM waiting_deliveries() ORDER BY delivery_id LIMIT 10000) d;
    IF waiting IS NULL THEN
        RETURN NULL;
    END IF;
    LOOP
        PERFORM prepare_work(small => waiting < 5000);
        IF take_deliveries(events_a_batch) = 0 THEN
            RETURN NULL;
        END IF;
        PERFORM keep_statistics();
        BEGIN
            -- read
            PERFORM gather_combinations();
            PERFORM name_identifiers();
            PERFORM derive_links();
            PERFORM judge_standing();
            -- decide and write
            PERFORM settle('event', NULL);
            PERFORM check_breaker();
            PERFORM write_traits();
            PERFORM finish_deliveries();
            RETURN record_resolution(started, 'event');
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
            IF NOT set_aside(state, message, detail) THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END $$;
