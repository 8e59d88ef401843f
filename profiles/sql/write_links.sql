-- Purpose: store the batch's links, those of step 2 as held.
-- Reads: work_named. Writes: links, work_links. All ends of work_links are in work_named.
CREATE FUNCTION write_links() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM work_links) THEN
        UPDATE work_links l SET held = step_two(o.standing_a, o.standing_b, l.vouched)
        FROM (
            SELECT k.ctid AS row, coalesce(a.standing, 0::smallint) AS standing_a, coalesce(b.standing, 0::smallint) AS standing_b
            FROM work_links k
            LEFT JOIN work_named a ON a.identifier_id = k.a_id AND a.standing > 0
            LEFT JOIN work_named b ON b.identifier_id = k.b_id AND b.standing > 0
            WHERE a.standing > 0 OR b.standing > 0
        ) o
        WHERE l.ctid = o.row;

        INSERT INTO links (a_id, b_id, first_seen, event_id, vouched, held)
        SELECT a_id, b_id, first_seen, event_id, vouched, held FROM work_links WHERE is_new;  -- in the order of the index

        UPDATE links k SET first_seen = j.first_seen, event_id = j.event_id, vouched = j.vouched,
                           held = CASE WHEN j.held IS NULL AND k.held IN ('blocked', 'shared') THEN NULL ELSE k.held END
        FROM (
            SELECT w.*, l.row
            FROM work_links w
            CROSS JOIN LATERAL (SELECT ctid AS row FROM links WHERE a_id = w.a_id AND b_id = w.b_id OFFSET 0) l
            WHERE NOT w.is_new
        ) j
        WHERE k.ctid = j.row;
    END IF;

    IF EXISTS (SELECT FROM work_named WHERE standing <> was_standing AND NOT arrived) THEN
        PERFORM rehold_links();
    END IF;
END $$;
