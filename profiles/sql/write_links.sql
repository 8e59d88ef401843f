-- Purpose: store the batch's links, those of step 2 as held.
-- Reads: work_named, identifiers. Writes: links, work_joins. All ends of work_links are in work_named;
-- one that arrived and is in play is its own core, neighbourhood and profile, and is not looked up.
CREATE FUNCTION write_links() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_joins
    WITH known AS MATERIALIZED (
        SELECT identifier_id, arrived, standing, core_id, neighbourhood_id, profile_id
        FROM work_named WHERE NOT arrived OR standing > 0
    )
    SELECT l.a_id, l.b_id, l.first_seen, l.event_id, l.vouched, l.is_new, l.newly_vouched,
           step_two(coalesce(a.standing, 0::smallint), coalesce(b.standing, 0::smallint), l.vouched),
           coalesce(a.arrived, true), coalesce(b.arrived, true),
           coalesce(a.core_id, l.a_id), coalesce(b.core_id, l.b_id),
           coalesce(a.neighbourhood_id, l.a_id), coalesce(b.neighbourhood_id, l.b_id),
           coalesce(a.profile_id, l.a_id), coalesce(b.profile_id, l.b_id)
    FROM work_links l
    LEFT JOIN known a ON a.identifier_id = l.a_id
    LEFT JOIN known b ON b.identifier_id = l.b_id;
    ANALYZE work_joins;

    INSERT INTO links (a_id, b_id, first_seen, event_id, vouched, held)
    SELECT a_id, b_id, first_seen, event_id, vouched, held FROM work_joins WHERE is_new ORDER BY a_id, b_id;

    UPDATE links k SET first_seen = j.first_seen, event_id = j.event_id, vouched = j.vouched,
                       held = CASE WHEN j.held IS NULL AND k.held IN ('blocked', 'shared') THEN NULL ELSE k.held END
    FROM work_joins j
    WHERE NOT j.is_new AND k.a_id = j.a_id AND k.b_id = j.b_id;

    IF EXISTS (SELECT FROM work_named WHERE standing <> was_standing AND NOT arrived) THEN
        PERFORM rehold_links();
    END IF;
END $$;
