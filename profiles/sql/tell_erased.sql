-- Purpose: history says that these identifiers are gone, by their ids alone, before anything that follows from it. Who keeps a
-- copy empties each profile named; what is still in it is told right after.
-- Reads: erased, identifiers. Writes: profile_changes, erased_ids.
CREATE FUNCTION tell_erased(gone bigint[], erasure bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO erased_ids (identifier_id, erasure_id) SELECT unnest(gone), erasure ON CONFLICT DO NOTHING;

    INSERT INTO profile_changes (at, change, from_profile_id, to_profile_id, identifier_ids, cause, cause_id)
    SELECT (SELECT clock_timestamp()), 'erased', profile_id, profile_id, array_agg(identifier_id ORDER BY identifier_id), 'erasure', erasure
    FROM erased GROUP BY profile_id ORDER BY profile_id;

    INSERT INTO profile_changes (at, change, from_profile_id, to_profile_id, identifier_ids, cause, cause_id)
    SELECT (SELECT clock_timestamp()), 'move', p.profile_id, p.profile_id, left_over.ids, 'erasure', erasure
    FROM (SELECT DISTINCT profile_id FROM erased) p
    CROSS JOIN LATERAL (
        SELECT array_agg(m.identifier_id ORDER BY m.identifier_id) AS ids FROM members_of(p.profile_id) m
        WHERE m.identifier_id <> ALL (gone)
    ) left_over
    WHERE left_over.ids IS NOT NULL
    ORDER BY p.profile_id;
END $$;
