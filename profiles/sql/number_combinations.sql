-- Purpose: the batch's combinations with numbers for their identifiers, and which of these is the strongest: by rank, then
-- by kind and value in byte order, in which a combination's identifiers stand.
-- Reads: work_combinations, work_named, kinds. Writes: work_numbered.
-- Method: an identifier knows where it stands, so that no text is looked up a second time; strength, place and number in
-- one whole number (11 + 4 + 48 bits) make the strongest the least. The arrays are filled in the order of a sorted subquery,
-- which is cheaper than to sort each.
CREATE FUNCTION number_combinations() RETURNS void LANGUAGE plpgsql
SET hash_mem_multiplier = 16 AS $$
BEGIN
    INSERT INTO work_numbered
    SELECT c.combination_id, c.first_seen, c.first_event, c.first_vouched, c.first_vouched_event, c.is_new,
           coalesce(m.ids, '{}'), coalesce(m.marks, '{}'), m.strongest & ((1::bigint << 48) - 1)
    FROM work_combinations c
    LEFT JOIN (
        SELECT carrier >> 4 AS number, array_agg(identifier_id) AS ids, array_agg(identifier_id << 1 | known) AS marks,
               min(((strength << 4) | (carrier & 15)) << 48 | identifier_id) AS strongest
        FROM (
            SELECT w.identifier_id, w.known, w.strength, unnest(w.carriers) AS carrier
            FROM (
                SELECT n.identifier_id, n.carriers, k.known::int::bigint AS known, k.strength
                FROM work_named n
                JOIN (SELECT kind_id, known, row_number() OVER (ORDER BY rank, name COLLATE "C") AS strength FROM kinds) k
                    USING (kind_id)
                ORDER BY n.identifier_id
            ) w
        ) named
        GROUP BY 1
    ) m USING (number);
    PERFORM sample_work('work_numbered', '(combination_id)');
END $$;
