-- Purpose: store the batch's combinations with their owners, and give the events of identifiers that went out of play,
-- or came back into it, to the identifiers they belong to now.
-- Reads: work_combinations, work_members, work_named, kinds. Writes: combinations.
CREATE FUNCTION write_combinations() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH owned AS (
        SELECT c.*, coalesce(m.ids, '{}') AS ids, m.owner_id
        FROM work_combinations c
        LEFT JOIN (
            SELECT m.combination_id, array_agg(m.identifier_id ORDER BY m.identifier_id) AS ids,
                   (array_agg(m.identifier_id ORDER BY w.standing >= 2, k.rank, k.name COLLATE "C", w.value))[1] AS owner_id
            FROM work_members m JOIN work_named w USING (identifier_id) JOIN kinds k USING (kind_id)
            GROUP BY m.combination_id
        ) m USING (combination_id)
    ), written AS (
        INSERT INTO combinations (combination_id, identifier_ids, owner_id, first_seen, first_vouched)
        SELECT combination_id, ids, owner_id, first_seen, first_vouched FROM owned WHERE is_new ORDER BY combination_id
    )
    UPDATE combinations c
    SET identifier_ids = o.ids, owner_id = o.owner_id,
        first_seen = least(c.first_seen, o.first_seen), first_vouched = least(c.first_vouched, o.first_vouched)
    FROM owned o
    WHERE NOT o.is_new AND c.combination_id = o.combination_id;

    IF EXISTS (SELECT FROM work_identifiers WHERE (standing >= 2) <> (was_standing >= 2) AND NOT arrived) THEN
        PERFORM turn_owners();
    END IF;
END $$;
