-- Purpose: take trust from, or give it to, a source's events of some more deliveries, and evaluate again all that it touches.
-- Each call is whole: broken off, it goes on where it was when the same is asked again.
-- Reads and writes: raw_events.trusted, combinations, links, identifiers, and what reconsider() does.
-- Returns: the last delivery looked at (null: no more), how many events were restamped, its line in resolutions if any.
CREATE FUNCTION restamp_trust(
    source integer, since timestamptz, trust boolean, change_id bigint, after bigint, events_a_batch bigint,
    OUT last bigint, OUT events bigint, OUT resolution_id bigint
) LANGUAGE plpgsql SET client_min_messages = warning SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    PERFORM engine_lock();
    PERFORM prepare_work();
    last := restamp_events(source, since, trust, after, events_a_batch);
    events := coalesce(sum(w.events), 0) FROM work_combinations w;
    PERFORM revouch_combinations();
    IF EXISTS (SELECT FROM work_combinations) THEN
        resolution_id := reconsider(revouch_links(), true, 'rule', change_id);
    END IF;
END $$;
