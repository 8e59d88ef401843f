-- Purpose: give the known cores and neighbourhoods that edges end at their places, from 1 on, in order.
-- Reads: edges_at_hand(). Writes: work_places. Returns: how many.
CREATE FUNCTION place_known_nodes(first_arrived bigint) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_places
    SELECT node, row_number() OVER (ORDER BY node)
    FROM (
        SELECT DISTINCT ends.node
        FROM edges_at_hand() e CROSS JOIN LATERAL (VALUES (e.core_a), (e.core_b), (e.a), (e.b)) AS ends (node)
        WHERE least(e.core_a, e.core_b) < first_arrived AND ends.node < first_arrived
    ) known;
    ANALYZE work_places;
    RETURN (SELECT count(*) FROM work_places);
END $$;
