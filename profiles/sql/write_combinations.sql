-- Purpose: store the batch's combinations with their owners, and give the events of identifiers that went out of play,
-- or came back into it, to the identifiers they belong to now.
-- Reads: work_numbered, work_named, work_identifiers. Writes: combinations.
CREATE FUNCTION write_combinations() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    out_of_play bigint[] := ARRAY(SELECT identifier_id FROM work_named WHERE standing >= 2);
BEGIN
    IF EXISTS (SELECT FROM work_numbered) THEN
        INSERT INTO combinations (combination_id, identifier_ids, owner_id, first_seen, first_vouched)
        SELECT c.combination_id, c.identifier_ids, coalesce(o.owner_id, c.strongest_id), c.first_seen, c.first_vouched
        FROM work_numbered c LEFT JOIN owners_in_play(out_of_play) o USING (combination_id)
        WHERE c.is_new;  -- in the order of the index

        UPDATE combinations k
        SET identifier_ids = c.identifier_ids, owner_id = coalesce(o.owner_id, c.strongest_id),
            first_seen = least(k.first_seen, c.first_seen), first_vouched = least(k.first_vouched, c.first_vouched)
        FROM work_numbered c LEFT JOIN owners_in_play(out_of_play) o USING (combination_id)
        WHERE NOT c.is_new AND k.combination_id = c.combination_id;
    END IF;

    IF EXISTS (SELECT FROM work_identifiers WHERE (standing >= 2) <> (was_standing >= 2) AND NOT arrived) THEN
        PERFORM turn_owners();
    END IF;
END $$;
