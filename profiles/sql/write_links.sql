-- Purpose: store the batch's links, those of step 2 as held.
-- Reads: work_identifiers, identifiers. Writes: links, work_joins. All ends of work_links are in work_identifiers.
CREATE FUNCTION write_links() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_joins
    SELECT l.*, step_two(a.standing, b.standing, l.vouched), a.arrived, b.arrived,
           a.new_core_id, b.new_core_id, a.new_neighbourhood_id, b.new_neighbourhood_id, a.profile_id, b.profile_id
    FROM work_links l
    JOIN work_identifiers a ON a.identifier_id = l.a_id
    JOIN work_identifiers b ON b.identifier_id = l.b_id;
    ANALYZE work_joins;

    INSERT INTO links (a_id, b_id, first_seen, event_id, vouched, held)
    SELECT a_id, b_id, first_seen, event_id, vouched, held FROM work_joins WHERE is_new ORDER BY a_id, b_id;

    UPDATE links k SET first_seen = j.first_seen, event_id = j.event_id, vouched = j.vouched,
                       held = CASE WHEN j.held IS NULL AND k.held IN ('blocked', 'shared') THEN NULL ELSE k.held END
    FROM work_joins j
    WHERE NOT j.is_new AND k.a_id = j.a_id AND k.b_id = j.b_id;

    WITH changed AS (
        SELECT identifier_id FROM work_identifiers WHERE standing <> was_standing AND NOT arrived
    ), touched AS (
        SELECT l.* FROM changed JOIN links l ON l.a_id = identifier_id
        UNION
        SELECT l.* FROM changed JOIN links l ON l.b_id = identifier_id
    )
    UPDATE links k SET held = coalesce(step_two(coalesce(wa.standing, a.standing), coalesce(wb.standing, b.standing), t.vouched),
                                       CASE WHEN t.held NOT IN ('blocked', 'shared') THEN t.held END)
    FROM touched t
    LEFT JOIN identifiers a ON a.identifier_id = t.a_id LEFT JOIN work_identifiers wa ON wa.identifier_id = t.a_id
    LEFT JOIN identifiers b ON b.identifier_id = t.b_id LEFT JOIN work_identifiers wb ON wb.identifier_id = t.b_id
    WHERE k.a_id = t.a_id AND k.b_id = t.b_id;
END $$;
