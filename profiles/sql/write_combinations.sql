-- Purpose: store the batch's combinations with their owners, and give the events of identifiers that went out of play,
-- or came back into it, to the identifiers they belong to now.
-- Reads: work_combinations, work_members, work_named, kinds. Writes: combinations.
CREATE FUNCTION write_combinations() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO combinations (combination_id, identifier_ids, owner_id, first_seen, first_vouched)
    SELECT c.combination_id, coalesce(m.ids, '{}'), m.owner_id, c.first_seen, c.first_vouched
    FROM work_combinations c
    LEFT JOIN (
        SELECT m.combination_id, array_agg(m.identifier_id ORDER BY m.identifier_id) AS ids,
               (array_agg(m.identifier_id ORDER BY w.standing >= 2, k.rank, k.name COLLATE "C", w.value))[1] AS owner_id
        FROM work_members m JOIN work_named w USING (identifier_id) JOIN kinds k USING (kind_id)
        GROUP BY m.combination_id
    ) m USING (combination_id)
    ON CONFLICT (combination_id) DO UPDATE
    SET identifier_ids = excluded.identifier_ids, owner_id = excluded.owner_id,
        first_seen = least(combinations.first_seen, excluded.first_seen),
        first_vouched = least(combinations.first_vouched, excluded.first_vouched);

    IF EXISTS (SELECT FROM work_identifiers WHERE (standing >= 2) <> (was_standing >= 2) AND NOT arrived) THEN
        PERFORM turn_owners();
    END IF;
END $$;
