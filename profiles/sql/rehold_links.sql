-- Purpose: where an identifier's standing changed, its links are held by step 2, or no more.
-- Reads: work_named, identifiers. Writes: links.held.
CREATE FUNCTION rehold_links() RETURNS void LANGUAGE sql AS $$
    WITH touched AS (
        SELECT DISTINCT l.a_id, l.b_id, l.vouched, l.held
        FROM work_named w
        CROSS JOIN LATERAL (
            SELECT * FROM links WHERE a_id = w.identifier_id
            UNION ALL
            SELECT * FROM links WHERE b_id = w.identifier_id
            OFFSET 0
        ) l
        WHERE w.standing <> w.was_standing AND NOT w.arrived
    ), judged AS (
        SELECT t.a_id, t.b_id, t.held AS was_held,
               coalesce(step_two(coalesce(wa.standing, a.standing), coalesce(wb.standing, b.standing), t.vouched),
                        CASE WHEN t.held NOT IN ('blocked', 'shared') THEN t.held END) AS held
        FROM touched t
        LEFT JOIN work_named wa ON wa.identifier_id = t.a_id
        LEFT JOIN work_named wb ON wb.identifier_id = t.b_id
        LEFT JOIN LATERAL (SELECT * FROM identifiers WHERE identifier_id = t.a_id OFFSET 0) a ON true
        LEFT JOIN LATERAL (SELECT * FROM identifiers WHERE identifier_id = t.b_id OFFSET 0) b ON true
        OFFSET 0
    )
    UPDATE links k SET held = j.held FROM judged j
    WHERE k.a_id = j.a_id AND k.b_id = j.b_id AND j.held IS DISTINCT FROM j.was_held
$$;
