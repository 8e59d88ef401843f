-- Purpose: store the batch's links, those of step 2 as held.
-- Reads: work_named, identifiers. Writes: links, work_joins. All ends of work_links are in work_named.
CREATE FUNCTION write_links() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_joins
    SELECT l.a_id, l.b_id, l.first_seen, l.event_id, l.vouched, l.is_new, l.newly_vouched,
           step_two(a.standing, b.standing, l.vouched), a.arrived, b.arrived,
           a.core_id, b.core_id, a.neighbourhood_id, b.neighbourhood_id, a.profile_id, b.profile_id
    FROM work_links l
    JOIN work_named a ON a.identifier_id = l.a_id
    JOIN work_named b ON b.identifier_id = l.b_id;
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
