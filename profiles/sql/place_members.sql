-- Purpose: the members of a neighbourhood, numbered from 1 in byte order of (kind, value).
-- chr(1) sorts before every character of a kind, so the joined text sorts as the pair does.
CREATE FUNCTION place_members(neighbourhood bigint)
RETURNS TABLE (identifier_id bigint, place int, kind_id smallint, rank smallint, known boolean, vouched boolean, standing smallint)
LANGUAGE sql AS $$
    SELECT w.identifier_id, row_number() OVER (ORDER BY (k.name || chr(1) || w.value) COLLATE "C")::int,
           w.kind_id, k.rank, k.known, w.vouched, w.standing
    FROM work_identifiers w JOIN kinds k USING (kind_id)
    WHERE w.new_neighbourhood_id = neighbourhood AND w.loaded
$$;
