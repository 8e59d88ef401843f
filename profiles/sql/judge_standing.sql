-- Purpose: step 2 of the function for what the batch touches: new identifiers may be blocked, linked ones shared.
-- Reads: work_named, work_links, links, identifiers, kinds, blocked_values. Writes: work_named, work_loaded.
CREATE FUNCTION judge_standing() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work_named w SET standing = 3
    FROM blocked_values b
    WHERE w.arrived AND b.kind_id = w.kind_id AND b.value = w.value AND b.pattern = '';

    UPDATE work_named w SET standing = 3
    FROM blocked_values b
    WHERE w.arrived AND b.kind_id = w.kind_id AND b.pattern <> '' AND w.value ~* ('^(?:' || b.pattern || ')$');

    UPDATE work_named w SET standing = s.standing
    FROM (
        SELECT identifier_id, CASE WHEN bool_or(vouched > shared_after) THEN 2 ELSE 1 END AS standing
        FROM count_neighbours() JOIN kinds USING (kind_id)
        WHERE total > shared_after
        GROUP BY identifier_id
    ) s
    WHERE w.identifier_id = s.identifier_id AND s.standing > w.standing;

    INSERT INTO work_loaded
    SELECT neighbourhood_id, true FROM work_named WHERE standing <> was_standing AND NOT arrived;
END $$;
