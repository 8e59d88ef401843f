-- Purpose: give the known cores and neighbourhoods that edges end at their places, from 1 on, in order.
-- Reads: edges_at_hand(). Writes: work_places. Returns: how many.
CREATE FUNCTION place_known_nodes(first_arrived bigint) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_places
    SELECT node, row_number() OVER (ORDER BY node)
    FROM (
        SELECT core_a AS node FROM edges_at_hand() WHERE core_a < first_arrived
        UNION
        SELECT core_b FROM edges_at_hand() WHERE core_b < first_arrived
        UNION
        SELECT a FROM edges_at_hand() WHERE a < first_arrived AND a <> core_a
        UNION
        SELECT b FROM edges_at_hand() WHERE b < first_arrived AND b <> core_b
    ) known;
    ANALYZE work_places;
    RETURN (SELECT count(*) FROM work_places);
END $$;
