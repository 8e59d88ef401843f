-- Purpose: put the shadow's answer in force where it differs, with history. Needs compare_with_shadow() of every table, the
-- engine's lock since before the shadow was made, and search_path = public again.
-- Reads: shadow.differing_…, shadow.answer_…. Writes: all that the engine writes. Returns: as reconsider().
CREATE FUNCTION switch_to_shadow() RETURNS bigint LANGUAGE plpgsql SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    started timestamptz := clock_timestamp();
    engine_table text;
    keys text;
BEGIN
    PERFORM engine_lock();
    PERFORM prepare_work();
    INSERT INTO work_identifiers (identifier_id, kind_id, value, arrived, loaded, newly_vouched, vouched, was_standing, standing,
                                  core_id, neighbourhood_id, profile_id, new_core_id, new_neighbourhood_id, new_profile_id)
    SELECT i.identifier_id, i.kind_id, i.value, false, true, false, a.vouched, i.standing, a.standing,
           i.core_id, i.neighbourhood_id, i.profile_id, a.core_id, a.neighbourhood_id, a.profile_id
    FROM shadow.answer_identifiers a JOIN public.identifiers i USING (identifier_id)
    WHERE i.profile_id <> a.profile_id
       OR a.identifier_id IN (
              SELECT unnest(ARRAY[(stored ->> 'profile_id')::bigint, (computed ->> 'profile_id')::bigint])
              FROM shadow.differing_identifiers
          );
    PERFORM write_history('rule', NULL);

    FOR engine_table, keys IN
        SELECT substr(relname, 11), (
            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = c.oid AND attnum > 0 AND attname NOT IN ('stored', 'computed')
        )
        FROM pg_class c WHERE relnamespace = 'shadow'::regnamespace AND relname LIKE 'differing\_%'
    LOOP
        EXECUTE format('DELETE FROM public.%1$I WHERE (%2$s) IN (SELECT %2$s FROM shadow.differing_%1$s)', engine_table, keys);
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM shadow.answer_%1$s
                        WHERE (%2$s) IN (SELECT %2$s FROM shadow.differing_%1$s)', engine_table, keys);
    END LOOP;
    RETURN record_resolution(started, 'rule');
END $$;
