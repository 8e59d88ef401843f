-- Purpose: for each member (by place) of a neighbourhood and each word of 60 separations, which of them it is on side a
-- of, and which on side b, as bits. Only separations with both sides in the neighbourhood count; without any: no words.
-- Reads: work_separations, work_conflicts.
CREATE FUNCTION separation_bits(neighbourhood bigint, OUT words int, OUT side_a bigint[], OUT side_b bigint[]) LANGUAGE sql AS $$
    WITH here AS (
        SELECT s.decision_id, s.side, c.place
        FROM work_separations s JOIN work_conflicts c USING (identifier_id) WHERE c.neighbourhood_id = neighbourhood
    ), numbered AS (
        SELECT decision_id, row_number() OVER (ORDER BY decision_id)::int - 1 AS n
        FROM here GROUP BY decision_id HAVING count(DISTINCT side) = 2
    ), bits AS (
        SELECT c.place, w.word,
               coalesce(bit_or(1::bigint << (n.n % 60)) FILTER (WHERE h.side = 'a'), 0) AS a,
               coalesce(bit_or(1::bigint << (n.n % 60)) FILTER (WHERE h.side = 'b'), 0) AS b
        FROM work_conflicts c
        CROSS JOIN generate_series(1, (SELECT (count(*) + 59) / 60 FROM numbered)::int) AS w (word)
        LEFT JOIN (here h JOIN numbered n USING (decision_id)) ON h.place = c.place AND n.n / 60 + 1 = w.word
        WHERE c.neighbourhood_id = neighbourhood
        GROUP BY c.place, w.word
    )
    SELECT coalesce(max(word), 0), array_agg(a ORDER BY place, word), array_agg(b ORDER BY place, word) FROM bits
$$;
