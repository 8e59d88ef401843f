-- Purpose: a second, empty engine beside the one in force: with search_path = shadow, public the engine's functions read
-- kinds, decisions and raw events as ever, and read and write everything else here. All that is resolved waits in it.
-- Writes: the schema shadow, for a transaction that drops it again. It has a lock of its own that locks nothing, so that
-- resolution goes on meanwhile.
CREATE FUNCTION make_shadow() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    engine_table text;
BEGIN
    CREATE SCHEMA shadow;
    FOREACH engine_table IN ARRAY ARRAY['deliveries', 'identifiers', 'links', 'combinations', 'trait_values',
        'undefined_kinds', 'conflicted_neighbourhoods', 'profile_changes', 'resolutions',
        'circuit_breaker', 'parked_deliveries', 'suspect_deliveries']
    LOOP
        EXECUTE format('CREATE UNLOGGED TABLE shadow.%1$I (LIKE public.%1$I INCLUDING ALL)', engine_table);
    END LOOP;
    CREATE FUNCTION shadow.engine_lock() RETURNS void LANGUAGE sql AS 'SELECT';

    INSERT INTO shadow.deliveries SELECT * FROM public.deliveries WHERE resolved_at IS NOT NULL AND landed > 0;
    UPDATE shadow.deliveries SET resolved_at = NULL;
    ANALYZE shadow.deliveries;
END $$;
