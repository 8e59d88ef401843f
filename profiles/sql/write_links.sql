-- Purpose: store the batch's links, those of step 2 as held; find which of them are in play.
-- Reads: work_identifiers, identifiers. Writes: links, work_links. All ends of work_links are in work_identifiers.
CREATE FUNCTION write_links() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work_links l SET in_play = step_two(a.standing, b.standing, l.vouched) IS NULL
    FROM work_identifiers a, work_identifiers b
    WHERE a.identifier_id = l.a_id AND b.identifier_id = l.b_id;

    INSERT INTO links (a_id, b_id, first_seen, event_id, vouched, held)
    SELECT l.a_id, l.b_id, l.first_seen, l.event_id, l.vouched, step_two(a.standing, b.standing, l.vouched)
    FROM work_links l
    JOIN work_identifiers a ON a.identifier_id = l.a_id
    JOIN work_identifiers b ON b.identifier_id = l.b_id
    WHERE l.is_new
    ORDER BY l.a_id, l.b_id;

    UPDATE links k SET first_seen = l.first_seen, event_id = l.event_id, vouched = l.vouched,
                       held = CASE WHEN l.in_play AND k.held IN ('blocked', 'shared') THEN NULL ELSE k.held END
    FROM work_links l
    WHERE NOT l.is_new AND k.a_id = l.a_id AND k.b_id = l.b_id;

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
