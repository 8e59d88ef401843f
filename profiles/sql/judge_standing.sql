-- Purpose: step 2 of the function for what the batch touches: new identifiers may be blocked, linked ones shared.
-- Reads: work_identifiers, work_links, links, identifiers, kinds, blocked_values. Writes: work_identifiers, work_loaded.
CREATE FUNCTION judge_standing() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work_identifiers SET standing = 3
    WHERE arrived AND kind_id IN (SELECT kind_id FROM blocked_values) AND is_blocked(kind_id, value);

    UPDATE work_identifiers w SET standing = s.standing
    FROM (
        SELECT identifier_id, CASE WHEN bool_or(vouched > shared_after) THEN 2 ELSE 1 END AS standing
        FROM count_neighbours() JOIN kinds USING (kind_id)
        WHERE total > shared_after
        GROUP BY identifier_id
    ) s
    WHERE w.identifier_id = s.identifier_id AND s.standing > w.standing;

    INSERT INTO work_loaded
    SELECT neighbourhood_id, true FROM work_identifiers WHERE standing <> was_standing AND NOT arrived;
END $$;
