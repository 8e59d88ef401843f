-- Purpose: what the combinations of work_members say of the links that those in work_combinations show: the least time of
-- the vouched ones if there are any, else of all, and the combination that says so.
-- Reads: work_members, work_combinations, combinations.
CREATE FUNCTION said_of_links()
RETURNS TABLE (a_id bigint, b_id bigint, first_seen timestamptz, vouched boolean, combination_id uuid) LANGUAGE sql AS $$
    SELECT DISTINCT ON (a.identifier_id, b.identifier_id)
           a.identifier_id, b.identifier_id, coalesce(c.first_vouched, c.first_seen), c.first_vouched IS NOT NULL, c.combination_id
    FROM work_members a
    JOIN work_members b ON b.combination_id = a.combination_id AND b.identifier_id > a.identifier_id
    JOIN combinations c ON c.combination_id = a.combination_id
    WHERE (a.identifier_id, b.identifier_id) IN (
        SELECT x, y FROM work_combinations JOIN combinations t USING (combination_id),
                         unnest(t.identifier_ids) AS x, unnest(t.identifier_ids) AS y
        WHERE x < y
    )
    ORDER BY a.identifier_id, b.identifier_id, c.first_vouched IS NULL, coalesce(c.first_vouched, c.first_seen), c.combination_id
$$;
