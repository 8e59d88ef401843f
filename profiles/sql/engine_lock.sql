-- Purpose: one writer of the partition at a time, from first look-up to commit; everything that changes it takes this.
-- Invariant: every resolver takes this one lock before it reads or locks anything else, so no two can deadlock.
CREATE FUNCTION engine_lock() RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(7401523)
$$;
