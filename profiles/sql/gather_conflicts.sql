-- Purpose: the members of the neighbourhoods in conflict, with what ordered resolution must know of each.
-- anchored: a vouched identifier of a known kind. chr(1) sorts before every character of a kind, so the joined text
-- sorts as (kind, value) does.
-- Reads: work_identifiers, work_conflicted, kinds. Writes: work_conflicts.
CREATE FUNCTION gather_conflicts() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_conflicts (neighbourhood_id, identifier_id, place, kind_id, rank, anchored, standing)
    SELECT n.neighbourhood_id, w.identifier_id,
           row_number() OVER (PARTITION BY n.neighbourhood_id ORDER BY (k.name || chr(1) || w.value) COLLATE "C"),
           w.kind_id, k.rank, k.known AND w.vouched, w.standing
    FROM work_conflicted n
    JOIN work_identifiers w ON w.new_neighbourhood_id = n.neighbourhood_id AND w.loaded
    JOIN kinds k USING (kind_id);
    PERFORM sample_work('work_conflicts');
END $$;
