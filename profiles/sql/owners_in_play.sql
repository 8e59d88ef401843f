-- Purpose: whom the events of the batch's combinations belong to whose strongest identifier is out of play: the strongest
-- that isn't; where all are out, the strongest.
-- Reads: work_numbered, work_named, kinds.
CREATE FUNCTION owners_in_play(out_of_play bigint[]) RETURNS TABLE (combination_id uuid, owner_id bigint)
LANGUAGE sql STABLE AS $$
    WITH members AS MATERIALIZED (
        SELECT combination_id, unnest(identifier_ids) AS identifier_id
        FROM work_numbered WHERE strongest_id = ANY (out_of_play) AND cardinality(identifier_ids) > 1
    ), named AS MATERIALIZED (
        SELECT w.identifier_id, w.standing, w.kind_id, w.value
        FROM work_named w WHERE w.identifier_id IN (SELECT m.identifier_id FROM members m)
    )
    SELECT DISTINCT ON (m.combination_id) m.combination_id, w.identifier_id
    FROM members m JOIN named w USING (identifier_id) JOIN kinds k USING (kind_id)
    ORDER BY m.combination_id, w.standing >= 2, k.rank, k.name COLLATE "C", w.value
$$;
