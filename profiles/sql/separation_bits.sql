-- Purpose: for each member (by place) and each word of 60 separations, which it is on side a, and on side b of.
-- Only separations with both sides in the neighbourhood count; without any there are no rows.
CREATE FUNCTION separation_bits(neighbourhood bigint) RETURNS TABLE (place int, word int, a bigint, b bigint) LANGUAGE sql AS $$
    WITH here AS (
        SELECT s.decision_id, s.side, p.place
        FROM work_separations s JOIN place_members(neighbourhood) p USING (identifier_id)
    ), numbered AS (
        SELECT decision_id, row_number() OVER (ORDER BY decision_id)::int - 1 AS n
        FROM here GROUP BY decision_id HAVING count(DISTINCT side) = 2
    ), words AS (
        SELECT w FROM generate_series(1, (SELECT (count(*) + 59) / 60 FROM numbered)::int) AS w
    )
    SELECT p.place, words.w,
           coalesce(bit_or(1::bigint << (n.n % 60)) FILTER (WHERE h.side = 'a'), 0),
           coalesce(bit_or(1::bigint << (n.n % 60)) FILTER (WHERE h.side = 'b'), 0)
    FROM place_members(neighbourhood) p
    CROSS JOIN words
    LEFT JOIN (here h JOIN numbered n USING (decision_id)) ON h.place = p.place AND n.n / 60 + 1 = words.w
    GROUP BY p.place, words.w
$$;
